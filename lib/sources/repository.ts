import { TagboatError } from '../errors.ts';
import { repositoryName } from '../repository-name.ts';
import { word } from './payload.ts';

/**
 * The name of a Git repository as events have it: host and path in lower case, without scheme and `.git`.
 * @param url of its page or its clone, `https://gitlab.example.com/team/app.git`
 * @throws TagboatError `payload-invalid` where it is no http(s) URL with a path
 */
export const repositoryOf = (url: string): string => {
  // Line breaks in a URL would be passed over
  const parsed = word.safeParse(url).success && URL.canParse(url) ? new URL(url) : undefined;
  const path = parsed?.pathname.replace(/^\/+|\/+$/g, '').replace(/\.git$/i, '') ?? '';
  const isWeb = parsed?.protocol === 'https:' || parsed?.protocol === 'http:';
  const name = repositoryName(`${parsed?.host ?? ''}/${path}`);
  if (!isWeb || path === '' || !word.safeParse(name).success)
    throw new TagboatError('payload-invalid', 'the URL of the repository is not one of http or https');
  return name;
};

const tagPrefix = 'refs/tags/';

/** The tag of a full reference, `refs/tags/v1.0.0`; undefined where it is none. */
export const tagOfRef = (ref: string): string | undefined =>
  ref.startsWith(tagPrefix) && ref.length > tagPrefix.length ? ref.slice(tagPrefix.length) : undefined;

/** True for the id of no object: before a reference was made, and after it was deleted. */
export const isNoObject = (id: string): boolean => /^0+$/.test(id);
