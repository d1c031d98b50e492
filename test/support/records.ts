import type { Actor } from '../../lib/actor.ts';
import { type Reason, reasonText } from '../../lib/view/reason.ts';

/** `slack:U024BE7LH`, `github:octocat`, `tagboat:onFailure`, `cluster`. */
export const actor = (text: string): Actor => {
  if (text === 'tagboat:onFailure') return { type: 'on-failure' };
  if (text === 'cluster') return { type: 'cluster' };
  const [source = '', user] = text.split(':');
  return source === 'slack' ? { type: 'slack', user: user ?? '' } : { type: 'webhook', source, user };
};

/** The reason of a hold, in the words of a user. */
export const given = (message: string) => ({ code: 'given', message }) as const;

/** Matches a reason that has this code, and reads so where a text is named. */
export const because = (code: string, text?: string): Reason =>
  ({
    $$typeof: Symbol.for('jest.asymmetricMatcher'),
    asymmetricMatch: (reason: Reason | undefined) =>
      reason?.code === code && (text === undefined || reasonText(reason) === text),
    toString: () => 'because',
    toAsymmetricMatcher: () => `because ${code}: ${text}`,
  }) as unknown as Reason;
