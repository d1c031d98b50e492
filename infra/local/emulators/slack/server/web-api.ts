import type { Unknowns } from '../../../../../lib/mapping.ts';

/** Private channels that the bot was not invited to; Slack does not even say that they exist. */
const isHidden = (name: string): boolean => /^#?private/i.test(name) || /^C0PRIVATE/.test(name);

/**
 * The id of a channel that a message is posted to by `#name`, by id, or by a user's id, which opens a direct message.
 * @returns undefined where the bot cannot see such a channel
 */
export const channelId = (given: string): string | undefined => {
  if (isHidden(given)) return undefined;
  if (/^[CDG][A-Z0-9]{2,}$/.test(given)) return given;
  if (/^[UW][A-Z0-9]{2,}$/.test(given)) return `D${given.slice(1)}`;
  const name = given.replace(/^#/, '').replace(/[^\p{L}\p{N}]/gu, '');
  return name === '' ? undefined : `C0${name.toUpperCase()}`;
};

/** True where the request carries a token, whichever. */
export const hasToken = (authorization: string | undefined, body: Unknowns): boolean =>
  /^Bearer \S+$/.test(authorization ?? '') || (typeof body.token === 'string' && body.token !== '');
