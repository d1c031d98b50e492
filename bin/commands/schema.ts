import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { jsonSchemaText } from '../../lib/config/json-schema.ts';
import { type Command, exitCodes, reporting } from './command.ts';

const usage = `Usage: tagboat schema [--write]

Prints the JSON Schema of tagboat.yml, with which editors complete and check it.

  --write   write it to tagboat.schema.json instead
`;

/** Where editors look for it: tagboat.yml names it in its first line. */
export const schemaPath = fileURLToPath(new URL('../../tagboat.schema.json', import.meta.url));

/** `tagboat schema` */
export const run: Command = reporting(usage, async (args, io) => {
  const { values } = parseArgs({ args: [...args], options: { write: { type: 'boolean', default: false } } });
  if (values.write) await writeFile(schemaPath, jsonSchemaText());
  else io.stdout.write(jsonSchemaText());
  return exitCodes.well;
});
