/** A word of a command, and where it stood. */
export type Word = {
  /** Without the quotes and backticks in which people copy names. */
  readonly text: string;
  /** Where it begins in the text, and where the first character behind it is. */
  readonly start: number;
  readonly end: number;
};

/** Longest text that Slack hands on. */
const maxLength = 4000;
const maxWordLength = 200;

/** `<@U123|bob>`, `<#C123|general>`, `<!channel>`, `<https://v1.2|v1.2>`, `<tel:20261124|20261124>`: as it was typed, and never as a mention. */
const unlinked = (inside: string): string => {
  const bar = inside.indexOf('|');
  const target = bar === -1 ? inside : inside.slice(0, bar);
  // Of a private channel, the name is left out and the bar is not
  const label = bar === -1 ? '' : inside.slice(bar + 1);
  const [sigil = ''] = /^[@#!]/.exec(inside) ?? [];
  if (sigil !== '')
    return `${sigil === '#' ? '#' : '@'}${label === '' ? target.slice(1) : label.replace(/^[@#]/, '')}`;
  return label === '' ? target.replace(/^(?:https?:\/\/|mailto:|tel:)/, '') : label;
};

const entities: Readonly<Record<string, string>> = { '&amp;': '&', '&lt;': '<', '&gt;': '>' };

/**
 * The text of a slash command as it was typed: what Slack made of mentions, links and the characters that it escapes is
 * undone, control characters are spaces, what has no width is gone, and accents are one character with their letter.
 * https://docs.slack.dev/interactivity/implementing-slash-commands
 */
export const typedText = (text: string): string =>
  text
    .slice(0, maxLength)
    .replace(/<((?:[@#!]|https?:\/\/|mailto:|tel:)[^<>]{1,2000})>/g, (_, inside: string) => unlinked(inside))
    .replace(/&(?:amp|lt|gt);/g, (entity) => entities[entity] ?? entity)
    .replace(/\p{Cc}+/gu, ' ')
    // Not the joiners, of which emoji and some scripts are made
    .replace(/[\p{Cs}\p{NChar}\u00AD\u200B\u200E\u200F\u202A-\u202E\u2060-\u2069\uFEFF]+/gu, '')
    .normalize('NFC');

/**
 * A name with the dashes that clients and documents make of its hyphens: a hyphen that does not break, an en dash or a minus
 * for one, and for two an em dash (the smart punctuation of macOS and iOS).
 */
const withHyphens = (word: string): string =>
  word
    .replace(/(?<=[\p{L}\p{N}])[\u2010\u2011\u2013\u2212](?=[\p{L}\p{N}])/gu, '-')
    .replace(/(?<=[\p{L}\p{N}])\u2014(?=[\p{L}\p{N}])/gu, '--');

/** The words of a typed text; what is nothing but quotes is none. */
export const wordsOf = (text: string): readonly Word[] =>
  [...text.matchAll(/\S+/g)]
    .map(({ 0: raw, index }) => ({
      text: withHyphens(unquoted(raw).slice(0, maxWordLength)),
      start: index,
      end: index + raw.length,
    }))
    .filter((word) => word.text !== '');

const quotes = new Set('`\'"“”„‘’‚«»');

/** A text without the quotes around it. */
export const unquoted = (text: string): string => {
  let start = 0;
  let end = text.length;
  while (start < end && quotes.has(text[start] ?? '')) start += 1;
  while (end > start && quotes.has(text[end - 1] ?? '')) end -= 1;
  return text.slice(start, end).trim();
};
