import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { TagboatError } from '../../../lib/errors.ts';
import { mapping } from '../../../lib/mapping.ts';

/** Where the stack keeps what it must find again: repositories, images, tables, keys, the cluster, its kubeconfig. */
export type StateDirectory = {
  readonly path: string;
  readonly file: (...names: readonly string[]) => string;
  /** A temporary one goes with the stack. */
  release(): void;
};

/**
 * @param directory made where it is missing; undefined: a temporary one
 * @throws TagboatError `local-state-unusable`
 */
export const openState = (directory: string | undefined): StateDirectory => {
  const root =
    directory === undefined ? mkdtempSync(path.join(os.tmpdir(), 'tagboat-')) : path.resolve(directory);
  try {
    mkdirSync(root, { recursive: true });
  } catch (error) {
    const isInTheWay =
      error instanceof Error && 'code' in error && /^(?:EEXIST|ENOTDIR)$/.test(String(error.code));
    if (!isInTheWay) throw error;
    throw new TagboatError('local-state-unusable', `${root} is not a directory, and none can be made there`, {
      cause: error,
    });
  }
  return {
    path: root,
    file: (...names) => path.join(root, ...names),
    release: () => {
      if (directory === undefined) rmSync(root, { recursive: true, force: true });
    },
  };
};

/** Writes a file that only its owner can read, at once or not at all. */
export const writePrivately = (file: string, text: string): void => {
  mkdirSync(path.dirname(file), { recursive: true });
  const temporary = `${file}.${process.pid}.tmp`;
  writeFileSync(temporary, text, { mode: 0o600 });
  chmodSync(temporary, 0o600);
  renameSync(temporary, file);
};

/** Throws where a file or directory is there and may not be read and written; what cannot be read is not made anew. */
export const assertAccess = (file: string): void => {
  if (existsSync(file)) accessSync(file, constants.R_OK | constants.W_OK);
};

/** A JSON file as a mapping; an empty one where the file is missing or damaged. */
export const readJson = (file: string): Readonly<Record<string, unknown>> => {
  try {
    return mapping(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return {};
  }
};
