import { readFileSync } from 'node:fs';
import path from 'node:path';
import { build, type Metafile } from 'esbuild';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const root = path.join(import.meta.dirname, '..', '..');
const functions = Object.values(
  (
    parse(readFileSync(path.join(root, 'serverless.yml'), 'utf8')) as {
      functions: Record<string, { handler: string }>;
    }
  ).functions,
).map(({ handler }) => `${handler.replace(/\.[^.]+$/, '')}.ts`);

/** Who imports whom, as the bundler sees it; types are gone. */
let inputs: Metafile['inputs'];
beforeAll(async () => {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: functions,
    outdir: 'bundles',
    write: false,
    metafile: true,
    bundle: true,
    packages: 'external',
    platform: 'node',
    logLevel: 'error',
  });
  inputs = metafile.inputs;
});

/** The packages that a file brings along; at start, those that no dynamic import puts off. */
const packagesOf = (file: string, atStart: boolean, seen = new Set<string>()): readonly string[] => {
  if (seen.has(file)) return [];
  seen.add(file);
  return (inputs[file]?.imports ?? [])
    .filter(({ kind }) => !atStart || kind !== 'dynamic-import')
    .flatMap(({ path: to, external }) =>
      external === true ? (to.startsWith('node:') ? [] : [to]) : packagesOf(to, atStart, seen),
    );
};
const withPackage = (name: string, atStart = false): readonly string[] =>
  functions
    .filter((file) => packagesOf(file, atStart).includes(name))
    .map((file) => path.basename(file, '.ts'))
    .toSorted();

describe('the Kubernetes client', () => {
  const name = '@kubernetes/client-node';

  it('is in the bundles of those alone that speak to a cluster: every start of the others would pay for it', () => {
    expect(withPackage(name)).toEqual(['release-worker', 'rollout-poller', 'slack-worker']);
  });

  it('is loaded by slack-worker when somebody pauses a rollout, and not before', () => {
    expect(withPackage(name, true)).not.toContain('slack-worker');
  });
});

it('slack loads what it answers with, and the AWS SDK when it first needs it', () => {
  const of = (atStart: boolean) => [...new Set(packagesOf('functions/slack.ts', atStart))].toSorted();

  expect(of(true)).toEqual(['@aws-lambda-powertools/logger', '@middy/core', 'ulid', 'zod/mini']);
  expect(of(false).filter((one) => !of(true).includes(one))).toEqual([
    '@aws-sdk/client-dynamodb',
    '@aws-sdk/client-kms',
    '@aws-sdk/client-sqs',
    '@aws-sdk/util-dynamodb',
    // Of the registry's client, which every runtime can make.
    '@smithy/core/checksum',
    '@smithy/signature-v4',
  ]);
});
