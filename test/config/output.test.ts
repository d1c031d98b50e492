import { readFile } from 'node:fs/promises';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { compileConfig, compiledName } from '../../lib/config/compile.ts';
import { createJsonSchema, jsonSchemaText } from '../../lib/config/json-schema.ts';
import { parseConfig } from '../../lib/config/load.ts';
import { record } from '../../lib/config/raw.ts';
import { edited, example } from './support.ts';

/** Every mapping and scalar that has a key of its own in the schema, with the way to it. */
const entries = (schema: unknown, path: string): readonly (readonly [string, unknown])[] => {
  const { properties, additionalProperties, items } = record(schema);
  const inner = [
    ...Object.entries(record(properties)).map(([key, value]) => [`${path}.${key}`, value] as const),
    ...(typeof additionalProperties === 'object' ? [[`${path}.*`, additionalProperties] as const] : []),
  ];
  return [
    ...inner,
    ...inner.flatMap(([name, value]) => entries(value, name)),
    ...(items === undefined ? [] : entries(items, `${path}[]`)),
  ];
};

describe('tagboat.schema.json', () => {
  it('is up to date (`npm run schema` writes it)', async () => {
    expect(await readFile('tagboat.schema.json', 'utf8')).toBe(jsonSchemaText());
  });

  it('tells editors about every key', () => {
    const silent = entries(createJsonSchema(), '').filter(
      ([, value]) => record(value).title === undefined || record(value).description === undefined,
    );

    expect(silent.map(([path]) => path)).toEqual([]);
  });

  it('allows no key that is not described', () => {
    const open = [['', createJsonSchema()] as const, ...entries(createJsonSchema(), '')].filter(
      ([, value]) => record(value).type === 'object' && record(value).additionalProperties === undefined,
    );

    expect(open.map(([path]) => path)).toEqual([]);
  });

  it('asks for nothing that has a default', () => {
    const schema = record(createJsonSchema());
    const app = record(record(record(schema.properties).apps).additionalProperties);
    const environment = record(record(record(app.properties).environments).additionalProperties);

    expect(schema.required).toEqual(['apps']);
    expect(app.required).toEqual(['image', 'environments']);
    expect(environment.required).toEqual(['on', 'tags', 'configRepo', 'files', 'cluster']);
  });

  it('is named in the first line of tagboat.yml', async () => {
    const [first] = (await readFile('tagboat.yml', 'utf8')).split('\n');

    expect(first).toBe('# yaml-language-server: $schema=./tagboat.schema.json');
  });
});

describe('compileConfig', () => {
  it('makes what esbuild puts into a bundle', async () => {
    const config = parseConfig(example);
    const { outputFiles } = await build({
      stdin: { contents: `export const config = ${compiledName};` },
      bundle: true,
      format: 'esm',
      write: false,
      define: { [compiledName]: compileConfig(config) },
    });
    const { config: compiled } = await import(
      `data:text/javascript,${encodeURIComponent(outputFiles[0]?.text ?? '')}`
    );

    expect(compiled).toEqual(config);
  });

  it('refuses what only the local stack may open', () => {
    const config = parseConfig(edited('token: kms:…', 'token: env:TOKEN'), { local: true });

    expect(() => compileConfig(config)).toThrow(
      expect.objectContaining({
        code: 'secret-local-only',
        message: 'api/token is not sealed; run `tagboat seal api/token`',
      }),
    );
  });
});
