import { parseNotification } from './notification.ts';
import type { Source } from './source.ts';

/**
 * CNCF Distribution (`registry:2`, `registry:3`) and what notifies like it. It signs nothing, but sends the headers its
 * operator configured: `Authorization` must be the secret, as it stands or behind `Bearer `.
 * https://distribution.github.io/distribution/about/notifications/
 */
export const distribution: Source = {
  name: 'distribution',
  needs: ['secret'],
  takes: ['host', 'images'],
  proofs: () => [{ type: 'token', header: 'authorization', schemes: ['Bearer '] }],
  parse: (request, config) => parseNotification(request, 'distribution', config.host),
};
