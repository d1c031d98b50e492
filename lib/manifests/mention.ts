import type { Wanted } from './format.ts';

/** `library/okeydokey` → `okeydokey`: the part of the name that no way of writing it leaves out. */
const lastComponent = (image: string): string => image.slice(image.lastIndexOf('/') + 1);

/**
 * Whether a text can carry the image at all. Most documents of most files cannot, and need no parsing.
 * The name has to stand by itself: `app` is not mentioned in `apps/v1`, nor in `app-proxy`.
 */
export const mayCarry = (text: string, wanted: Wanted): boolean => {
  if (wanted.app !== undefined && isMarkedFor(text, wanted.app)) return true;
  const name = lastComponent(wanted.image);
  for (let at = text.indexOf(name); at !== -1; at = text.indexOf(name, at + 1)) {
    if (!isNamePart(text.charAt(at - 1)) && !isNamePart(text.charAt(at + name.length))) return true;
  }
  return false;
};

const isMarkedFor = (text: string, app: string): boolean =>
  text.includes('tagboat:') &&
  [...text.matchAll(/tagboat:[ \t]*([^\s:]+)/g)].some(([, marked]) => marked === app);

const isNamePart = (character: string): boolean => /^[A-Za-z0-9_-]$/.test(character);
