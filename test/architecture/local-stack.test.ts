import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';

const root = path.join(import.meta.dirname, '..', '..');
const local = 'infra/local';

/** From top to bottom; a folder imports from those below it. Files beside them may be imported by all. */
const order = ['play', 'stack', 'webhooks', 'gitops', 'emulators', 'runtime', 'terminal', 'state'];

const folderOf = (file: string): string => path.posix.relative(local, file).split('/')[0] ?? '';
const levelOf = (file: string): number => order.indexOf(folderOf(file));

/** Each file of the local stack with the files that it imports, as paths from the top. */
const imports = readdirSync(path.join(root, local), { recursive: true, encoding: 'utf8' })
  .map((file) => path.posix.join(local, file.replaceAll(path.sep, '/')))
  .filter((file) => file.endsWith('.ts') && !file.includes('node_modules'))
  .flatMap((from) =>
    [...readFileSync(path.join(root, from), 'utf8').matchAll(/(?:from\s+|import\()'(\.[^']+)'/g)].map(
      ([, specifier = '']) => ({ from, to: path.posix.join(path.posix.dirname(from), specifier) }),
    ),
  );

const show = (wrong: typeof imports): readonly string[] => wrong.map(({ from, to }) => `${from} -> ${to}`);

it('the imports of the local stack point down', () => {
  expect(imports.length).toBeGreaterThan(500);
  const wrong = imports
    .filter(({ from, to }) => levelOf(from) !== -1 && levelOf(to) !== -1)
    .filter(({ from, to }) => levelOf(to) < levelOf(from));
  expect(show(wrong)).toEqual([]);
});

it('its emulators do not know each other', () => {
  const emulators = `${local}/emulators/`;
  const nameOf = (file: string): string => file.slice(emulators.length).split('/')[0] ?? '';
  const wrong = imports
    .filter(({ from, to }) => from.startsWith(emulators) && to.startsWith(emulators))
    .filter(({ from, to }) => nameOf(from) !== nameOf(to));
  expect(show(wrong)).toEqual([]);
});

it('nothing that is deployed imports it', () => {
  const deployed = ['lib', 'functions'].flatMap((folder) =>
    readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => path.join(folder, file)),
  );
  const wrong = deployed.filter((file) => /'[./]+infra\//.test(readFileSync(path.join(root, file), 'utf8')));
  expect(wrong).toEqual([]);
});
