import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { pages } from '../../bin/docs.ts';

const root = path.join(import.meta.dirname, '..', '..');
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');

const documents = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(path.join(root, 'docs'))
    .filter((file) => file.endsWith('.md'))
    .map((file) => `docs/${file}`),
];
const readmes = ['infra/aws', 'infra/cluster', 'infra/local', 'infra/slack', 'test/realcluster']
  .map((folder) => `${folder}/README.md`)
  .filter((file) => existsSync(path.join(root, file)));

const folders = ['.ci', 'bin', 'docs', 'functions', 'infra', 'lib', 'test'];

/** What stands outside the blocks of code. */
const proseOf = (file: string): string => read(file).replaceAll(/^```[\s\S]*?^```$/gm, '');

/** Paths from the top of the repository: of one with a placeholder or a pattern in it, the folder before that. */
const pathsIn = (file: string): readonly string[] =>
  [...proseOf(file).matchAll(/`([^`\n]+)`/g)]
    .map(([, code = '']) => code)
    .filter((code) => /^[\w./<>*{},-]+$/.test(code) && folders.includes(code.split('/')[0] ?? ''))
    .map((code) => code.replace(/[^/]*[<*{].*$/, ''));

/** Targets of links that are relative, as paths from the top of the repository. */
const linksIn = (file: string): readonly string[] =>
  [...proseOf(file).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target.replace(/#.*$/, ''))
    .filter((target) => target !== '' && !/^[a-z]+:/.test(target))
    .map((target) => path.posix.join(path.posix.dirname(file), target));

const missing = (paths: readonly string[]): readonly string[] =>
  paths.filter((one) => !existsSync(path.join(root, one)));

describe('the documentation', () => {
  it.each(Object.entries(pages))('%s is what `npm run docs` makes of it', (page, made) => {
    expect(read(page)).toBe(made(read(page)));
  });

  it('says what another account has to allow: whatever the functions may do at Amazon ECR', () => {
    const used = new Set(read('infra/aws/permissions.yml').match(/\becr:\w+/g));
    const registries = read('docs/registries.md');
    expect([...used].filter((action) => !registries.includes(action))).toEqual([]);
    const policy = /^```json\n([\s\S]*?)^```$/m.exec(registries)?.[1] ?? '';
    expect(JSON.parse(policy).Action).toEqual([...used].filter((one) => one !== 'ecr:GetAuthorizationToken'));
  });

  it.each(['README.md', 'serverless.yml'])('%s counts the functions and queues that are deployed', (file) => {
    const template = read('serverless.yml');
    const functions = template.match(/^ {4}handler: /gm)?.length;
    const queues = template.match(/^ {4}TAGBOAT_\w+_QUEUE_URL: /gm)?.length;
    const counted = /(\d+) (?:small|AWS\s+Lambda) functions, (\d+) queues/.exec(read(file));
    expect(counted?.slice(1).map(Number)).toEqual([functions, queues]);
  });

  it('names files at all', () => {
    expect(documents.flatMap(pathsIn).length).toBeGreaterThan(100);
  });

  it.each(documents)('%s names no file that is not there', (file) => {
    expect(missing(pathsIn(file))).toEqual([]);
  });

  it.each([...documents, ...readmes])('%s links to no file that is not there', (file) => {
    expect(missing(linksIn(file))).toEqual([]);
  });
});
