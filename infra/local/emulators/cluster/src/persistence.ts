import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isObject } from './json.ts';
import type { Logger } from './logger.ts';
import { resourceByKey } from './resources.ts';
import type { Store, StoredState } from './store.ts';
import type { Timers } from './timers.ts';
import type { KubeObject } from './types.ts';

type SavedFile = { readonly token: string; readonly state: StoredState };

const fileName = 'cluster.json';
const saveAfterMs = 200;

const isStored = (value: unknown): value is StoredState['objects'][number] =>
  isObject(value) &&
  typeof value.key === 'string' &&
  resourceByKey(value.key) !== undefined &&
  isObject(value.object) &&
  isObject(value.object.metadata) &&
  typeof value.object.metadata.name === 'string' &&
  typeof value.object.metadata.uid === 'string';

const parse = (text: string): SavedFile => {
  const file: unknown = JSON.parse(text);
  if (!isObject(file) || typeof file.token !== 'string' || !Array.isArray(file.objects))
    throw new Error('not the state of a cluster');
  const resourceVersion = Number(file.resourceVersion);
  if (!Number.isSafeInteger(resourceVersion)) throw new Error('no resourceVersion');
  return {
    token: file.token,
    state: { resourceVersion, objects: (file.objects as unknown[]).filter(isStored) },
  };
};

/** What the last run left; a file that cannot be read is moved aside, and the cluster starts empty. */
export const loadState = (directory: string, logger: Logger): SavedFile | undefined => {
  const path = join(directory, fileName);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
  try {
    return parse(text);
  } catch (error) {
    const aside = `${path}.damaged-${randomBytes(4).toString('hex')}`;
    renameSync(path, aside);
    logger.warn('cluster state is damaged; starting empty', { movedTo: aside, error: String(error) });
    return undefined;
  }
};

/** Writes the state: whole, or not at all. */
const saveState = (directory: string, token: string, store: Store): void => {
  const objects = store
    .all()
    .map(({ resource, object }) => ({ key: resource.key, object: object as KubeObject }));
  const path = join(directory, fileName);
  const temporary = `${path}.${process.pid}-${randomBytes(4).toString('hex')}`;
  mkdirSync(directory, { recursive: true });
  writeFileSync(temporary, JSON.stringify({ token, resourceVersion: store.version(), objects }), {
    mode: 0o600,
  });
  renameSync(temporary, path);
};

/** Saves soon after a change, many changes at once, and at the end. */
export const keepSaved = (
  directory: string,
  token: string,
  store: Store,
  timers: Timers,
): { readonly flush: () => void } => {
  let scheduled = false;
  let saved = 0;
  const save = (): void => {
    scheduled = false;
    if (saved === store.version()) return;
    saveState(directory, token, store);
    saved = store.version();
  };
  store.subscribe(() => {
    if (scheduled) return;
    scheduled = true;
    timers.after(saveAfterMs, save);
  });
  return { flush: save };
};
