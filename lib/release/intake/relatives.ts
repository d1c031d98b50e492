import { TagboatError } from '../../errors.ts';
import { isTag } from '../../image.ts';
import type { RegistryClient } from '../../registry/client.ts';
import type { Release } from '../model/release.ts';
import { semverPart } from '../model/tag-version.ts';
import { findTarget } from '../model/target.ts';
import type { Context } from '../queue/context.ts';

/** What CI may have called the image instead: with or without the `v`, the version alone, the whole Git tag, in lower case. */
const relativesOf = ({ tag, gitTag = tag }: Pick<Release, 'tag' | 'gitTag'>): readonly string[] => {
  const withoutV = tag.replace(/^[vV](?=\d)/, '');
  const likely = [
    withoutV === tag ? `v${tag}` : withoutV,
    semverPart(gitTag),
    gitTag,
    gitTag.replace(/[^\w.-]+/g, '-'),
    tag.toLowerCase(),
  ];
  return [...new Set(likely)].filter((one) => one !== undefined).filter((one) => one !== tag && isTag(one));
};

/**
 * Says of an image that did not come under the tag that was expected which tag the registry has in its place; nothing where it
 * has none that is like it. Asks the registry for each of a few.
 * @returns the rest of a sentence that says what the registry does not have
 */
export const relativeHint = async (
  release: Release,
  {
    config,
    registry,
    logger,
  }: Context & { readonly registry: () => Promise<Pick<RegistryClient, 'digestOf'>> },
): Promise<string> => {
  const client = await registry();
  const target = findTarget(config, release.app, release.environment);
  const isMapped =
    target?.environment.on === 'tag-push' && release.byHand !== true && release.kind === 'release';
  for (const tag of relativesOf(release))
    try {
      if ((await client.digestOf(release.image, tag)) === undefined) continue;
      return `; it has ${tag}${isMapped ? `: see imageTag of the app ${release.app}` : ''}`;
    } catch (error) {
      if (!(error instanceof TagboatError)) throw error;
      // That it was not there is certain, and what else is there only a hint.
      logger.warn('registry did not say what else it has', { id: release.id, error });
      return '';
    }
  return '';
};
