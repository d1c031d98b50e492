import type { ManifestFile } from '../../../lib/cluster/deliver/deliver.ts';
import { type ManifestObject, readDocuments } from '../../../lib/cluster/deliver/documents.ts';
import { TagboatError } from '../../../lib/errors.ts';
import type { Snapshot } from '../../../lib/git/remote.ts';
import { familiarName } from '../../../lib/image.ts';
import { type ImageUse, inspect } from '../../../lib/manifests/rewrite.ts';
import { fieldsByFile } from '../../../lib/release/commit/environment-files.ts';
import { allGlobs } from '../../../lib/release/model/image-places.ts';
import { readTexts } from './config-repo.ts';
import { imagesOf } from './images.ts';
import { findKustomizations } from './kustomizations.ts';
import { buildKustomizations } from './kustomize.ts';
import { objectName } from './stand-in.ts';
import type { Desired, StandIn, Target } from './types.ts';

export type RenderOptions = {
  /** Where Kustomize is looked for: `PATH`. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
};

/**
 * What a cluster that follows the config repo has of an app: the plain manifests among its files as they stand, what Kustomize
 * makes of the others, and a stand-in where none of these runs the app's image. With `deliver: apply` a release applies
 * the files themselves, so that Kustomize is left out of it.
 * @throws TagboatError `git-…`, `manifest-…`
 */
export const render = async (
  snapshot: Snapshot,
  target: Target,
  { env, signal }: RenderOptions,
): Promise<Desired> => {
  const { environment, image } = target;
  const files = await readTexts(snapshot, allGlobs(environment));
  const uses = usesIn(files, target);
  const kustomizations = await findKustomizations(
    snapshot,
    environment.deliver === 'apply' ? [] : files.map((file) => file.path),
  );
  const kustomize =
    kustomizations.roots.length === 0
      ? undefined
      : await buildKustomizations(snapshot, kustomizations, env, signal);
  const built = (kustomize?.manifests ?? []).map((text) => ({ path: 'what Kustomize builds', text }));
  const plain = files.filter((file) => !kustomizations.covers(file.path));
  const read = [...plain, ...built].map(readObjects);
  const objects = read.flatMap((one) => one.objects);
  const isRun = objects.some((object) => imagesOf(object).some(({ name }) => name === image));
  return {
    objects,
    unreadable: read.flatMap(({ problem }) => problem ?? []),
    kustomize: kustomize?.built,
    standIn: isRun ? undefined : standInFor(target, files, uses),
    isCarried: uses.length > 0,
    tag: tagOf(uses),
  };
};

/** The tag that stands in the config repo; undefined: none. @throws TagboatError `git-…`, `manifest-…` */
export const readTag = async (snapshot: Snapshot, target: Target): Promise<string | undefined> =>
  tagOf(usesIn(await readTexts(snapshot, allGlobs(target.environment)), target));

const usesIn = (files: readonly ManifestFile[], { image, app, environment }: Target): readonly ImageUse[] => {
  const fieldsOf = fieldsByFile(environment);
  return files.flatMap((file) => inspect(file, { image, app, fields: fieldsOf(file.path) }).uses);
};

const tagOf = (uses: readonly ImageUse[]): string | undefined =>
  uses.find(({ tag }) => tag !== undefined)?.tag;

type Objects = { readonly objects: readonly ManifestObject[]; readonly problem?: string };

const readObjects = (file: ManifestFile): Objects => {
  try {
    // A Job with `generateName` is another as soon as something else stands in the file.
    return { objects: readDocuments(file, file.text).map(({ object }) => object) };
  } catch (error) {
    if (!(error instanceof TagboatError)) throw error;
    return isManifest(file.text) ? { objects: [], problem: error.message } : { objects: [] };
  }
};

/** Helm values are none, and a Kustomization is not for the cluster. */
const isManifest = (text: string): boolean =>
  /^apiVersion:/m.test(text) && !/^apiVersion:\s*["']?kustomize\.config\.k8s\.io\//m.test(text);

/** None where no file carries the image: a release will say so. */
const standInFor = (
  { app, image }: Target,
  files: readonly ManifestFile[],
  uses: readonly ImageUse[],
): StandIn | undefined => {
  const use = uses.find(({ tag, digest }) => tag !== undefined || digest !== undefined);
  if (use === undefined) return undefined;
  const tag = use.tag === undefined ? '' : `:${use.tag}`;
  const digest = use.digest === undefined ? '' : `@${use.digest}`;
  const carriers = files
    .filter((file) => uses.some((one) => one.file === file.path))
    .flatMap((file) => kindsIn(file));
  return {
    name: objectName(app),
    reference: `${familiarName(image)}${tag}${digest}`,
    carriers: [...new Set(carriers)],
  };
};

const kindsIn = (file: ManifestFile): readonly string[] => {
  const kinds = [...file.text.matchAll(/^kind:\s*["']?([A-Za-z]+)/gm)].map(([, kind = '']) => kind);
  return kinds.length > 0 ? kinds : ['values'];
};
