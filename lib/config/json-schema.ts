import { z } from 'zod';
import { createSchema } from './schema.ts';

/** JSON Schema (2020-12) of tagboat.yml as people write it, for editors. */
export const createJsonSchema = () => z.toJSONSchema(createSchema(), { io: 'input' });

/** The text of `tagboat.schema.json`. */
export const jsonSchemaText = (): string => `${JSON.stringify(createJsonSchema(), undefined, 2)}\n`;
