import { templateParts } from '../../config/image-tag-template.ts';
import type { TagPolicy } from '../../config/types.ts';
import { capturedVersion } from './tag-version.ts';

/** What no tag of an image may have becomes a `-`, as docker/metadata-action has it. */
const asTag = (text: string): string => text.replace(/[^\w.-]+/g, '-');

/**
 * The tag of the image that a Git tag stands for, by the template `imageTag`. Undefined where the template asks for a version,
 * and the tag has none. It may be longer than a tag may be. Pure.
 */
export const imageTagOf = (template: string, policy: TagPolicy, gitTag: string): string | undefined => {
  const version = capturedVersion(policy, gitTag);
  const filled = templateParts(template).map((part) => {
    if ('text' in part) return part.text;
    const value = part.placeholder === 'tag' ? gitTag : version;
    return value === undefined ? undefined : asTag(value);
  });
  return filled.includes(undefined) ? undefined : filled.join('');
};

/** What a tag of an image was made of, as far as it can be told. */
type Origin = { readonly version?: string | undefined; readonly tag?: string | undefined };

/**
 * Goes back from the tag of an image to what the template was filled with. Undefined for a tag that was not made by it. What
 * `-` has taken the place of is not known any more. Pure.
 */
export const originOf = (template: string, imageTag: string): Origin | undefined => {
  const seen = new Set<string>();
  const pattern = templateParts(template).map((part) => {
    if ('text' in part) return part.text.replaceAll('.', '\\.');
    const { placeholder } = part;
    if (seen.has(placeholder)) return `\\k<${placeholder}>`;
    seen.add(placeholder);
    return `(?<${placeholder}>.+)`;
  });
  return new RegExp(`^${pattern.join('')}$`).exec(imageTag)?.groups;
};

/** What a Git tag has most often where the tag of its image has a `-`. */
const replaced = ['/', '@', '+'];
/** Of a tag no more is tried: each choice of these is a Git tag to look at. */
const maxReplaced = 3;
const maxDashes = 6;

/**
 * The Git tags that a template's `{tag}` may have been, by how many of the `-` in it stand for something else, fewest first: of
 * `app-1.2.3` these are `app-1.2.3`, and then `app/1.2.3`, `app@1.2.3` and `app+1.2.3`. Pure.
 * @param policy what its pattern names that no tag of an image can have is tried too
 */
export function* possibleGitTags(tag: string, policy: TagPolicy): Generator<readonly string[]> {
  const named = 'pattern' in policy ? policy.pattern.match(/[#%,=!;]/g) : undefined;
  const characters = [...new Set([...replaced, ...(named ?? [])])];
  const dashes = [...tag.matchAll(/-/g)].slice(0, maxDashes).map(({ index }) => index);
  /** The tag with `count` of the dashes from `from` on replaced. */
  const choices = (text: string, from: number, count: number): readonly string[] =>
    count === 0
      ? [text]
      : dashes.flatMap((at, index) =>
          index < from
            ? []
            : characters.flatMap((one) =>
                choices(text.slice(0, at) + one + text.slice(at + 1), index + 1, count - 1),
              ),
        );
  for (let count = 0; count <= Math.min(maxReplaced, dashes.length); count += 1) yield choices(tag, 0, count);
}
