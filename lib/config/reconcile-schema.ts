import { z } from 'zod';
import * as field from './fields.ts';

/** `reconcile`, for everything or for an app. */
export const reconcile = (description: string) =>
  z
    .strictObject({
      every: field.interval({
        title: 'Every',
        description: 'How often: a minute at the least, but on the local stack.',
        examples: ['10m', '1h', 'never'],
      }),
    })
    .meta({ title: 'Reconcile', description });
