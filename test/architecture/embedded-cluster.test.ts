import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const root = path.join(import.meta.dirname, '..', '..');
const home = 'infra/local/emulators/cluster';
const name = '@tagboat/embedded-cluster';

type Import = { readonly from: string; readonly to: string };

/** Static and dynamic imports and re-exports, types too; relative ones as paths from the top. */
const importsUnder = (folder: string): readonly Import[] =>
  readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(?:ts|mjs|cjs)$/.test(file) && !file.includes('node_modules'))
    .map((file) => path.posix.join(folder, file.replaceAll(path.sep, '/')))
    .flatMap((from) => {
      const text = readFileSync(path.join(root, from), 'utf8');
      const pattern = /(?:^|\n)\s*(?:import|export)\b[^;'"]*?from\s+'([^']+)'|\bimport\s*\(?\s*'([^']+)'/g;
      return [...text.matchAll(pattern)].map(([, named, bare]) => {
        const to = named ?? bare ?? '';
        return { from, to: to.startsWith('.') ? path.posix.join(path.posix.dirname(from), to) : to };
      });
    });

const packageOf = (specifier: string): string =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');

const manifest = JSON.parse(readFileSync(path.join(root, home, 'package.json'), 'utf8')) as {
  readonly name: string;
  readonly exports: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
};
const { dependencies, devDependencies } = manifest;

/** @param packages the names of those that may be imported */
const strangersAmong = (
  imports: readonly Import[],
  folders: readonly string[],
  packages: readonly string[],
) =>
  imports
    .filter(({ to }) => !to.startsWith('node:') && !folders.some((folder) => to.startsWith(`${folder}/`)))
    .filter(({ to }) => !packages.includes(packageOf(to)))
    .map(({ from, to }) => `${from} -> ${to}`);

describe(name, () => {
  it('imports nothing but its own files, node: and the dependencies it declares', () => {
    const imports = importsUnder(`${home}/src`);
    expect(imports.length).toBeGreaterThan(200);
    expect(strangersAmong(imports, [`${home}/src`], Object.keys(dependencies))).toEqual([]);
  });

  it('is tested with nothing else but its development dependencies', () => {
    const allowed = [name, ...Object.keys({ ...dependencies, ...devDependencies })];
    expect(strangersAmong(importsUnder(`${home}/test`), [`${home}/src`, `${home}/test`], allowed)).toEqual(
      [],
    );
  });

  it('is imported by its name, and so through its one entry, by all others', () => {
    const others = ['lib', 'functions', 'infra', 'bin', 'test'].flatMap(importsUnder);
    const users = others.filter(({ from }) => !from.startsWith(`${home}/`));
    expect(users.filter(({ to }) => to.startsWith(`${home}/`))).toEqual([]);
    expect(users.filter(({ to }) => to.startsWith(`${name}/`))).toEqual([]);
    expect(users.filter(({ to }) => to === name).length).toBeGreaterThan(3);
    expect(manifest).toMatchObject({ name, exports: './src/index.ts' });
  });

  it('declares exact versions, those of the root', () => {
    const rootManifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as typeof manifest;
    const known = { ...rootManifest.devDependencies, ...rootManifest.dependencies };
    const declared = Object.entries({ ...dependencies, ...devDependencies });
    expect(declared.filter(([dependency, version]) => known[dependency] !== version)).toEqual([]);
    expect(declared.filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
  });
});
