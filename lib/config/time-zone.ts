import { nearest } from './suggest.ts';
import type { Checked } from './text-checks.ts';

/** Names of this runtime's time zone data, and the one that it has without listing it. */
const knownZones = (): readonly string[] => ['UTC', ...Intl.supportedValuesOf('timeZone')];

const cityOf = (zone: string): string => zone.slice(zone.lastIndexOf('/') + 1);

/** The zone that was probably meant; people leave out the continent, and write the city's name with a space. */
const nearestZone = (text: string): string | undefined => {
  const zones = knownZones();
  const near = nearest(text, zones);
  if (near !== undefined || text.includes('/')) return near;
  const city = nearest(text.replaceAll(' ', '_'), zones.map(cityOf));
  return zones.find((zone) => cityOf(zone) === city);
};

const isKnown = (text: string): boolean => {
  try {
    new Intl.DateTimeFormat('en', { timeZone: text });
    return true;
  } catch {
    return false;
  }
};

/**
 * The IANA name of a time zone. Intl also takes `+02:00`, which knows no summer time, and ICU's old abbreviations, of which
 * `BST` is Bangladesh and `IST` India: neither is let through.
 */
export const checkTimeZone = (text: string): Checked => {
  const isAbbreviation = /^[A-Z]{3}$/i.test(text) && !/^(?:UTC|GMT)$/i.test(text);
  if (isAbbreviation && isKnown(text))
    return { wrong: 'more than one zone is abbreviated like that; write its name such as `Europe/Helsinki`' };
  if (!/^[A-Z]/i.test(text) || !isKnown(text)) {
    const near = isAbbreviation ? undefined : nearestZone(text);
    const hint = near === undefined ? '' : ` (did you mean \`${near}\`?)`;
    return { wrong: `this is not the name of a time zone; write one such as \`Europe/Helsinki\`${hint}` };
  }
  const zone = knownZones().find((known) => known.toLowerCase() === text.toLowerCase());
  return { value: zone ?? text };
};
