import { createObjectCache, type ObjectCache, openRemote } from '../../../lib/git/remote.ts';
import { createStagedManifests } from '../../../lib/release/commit/staged-manifests.ts';
import { branch, released } from './repository.ts';

/** As the release worker does it: find the image in the files, rewrite it, one commit, pushed by compare-and-swap. */
export const writeOurs = async (url: string, tag: string, cache: ObjectCache): Promise<void> => {
  const tip = await openRemote({ url, branch, cache }).tip();
  const staged = createStagedManifests(tip);
  await staged.edit({ files: [released.file.replace(/[^/]+$/, '*.yml')] }, { image: released.image, tag });
  const author = { name: 'Tagboat', email: 'tagboat@noreply.invalid' };
  const outcome = await tip.commit(staged.changed(), { message: `Release ${tag}`, author, time: Date.now() });
  if (outcome.type !== 'pushed') throw new Error('the branch moved');
};

export const newCache = (): ObjectCache => createObjectCache();
