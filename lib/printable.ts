/**
 * Terminal escape sequences, of seven and of eight bits: a colour (`CSI`), a title or link (`OSC` and other strings, which end in
 * their line at the latest), and those of two or three characters. ECMA-48, section 5.
 */
const escapeSequences =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]|(?:\u001b[\]PX^_]|[\u0090\u0098\u009d-\u009f])[^\u0007\n\r\u001b\u009c]*(?:\u0007|\u001b\\|\u009c)?|\u001b[ -/]*[0-~]?/g;

/** All but the newline and the tabulator, and what Unicode calls lines and paragraphs. */
const controls = /(?:(?![\n\t])[\p{Cc}\u2028\u2029])+/gu;

/** What turns the direction of a text, or is not to be seen in it; but what joins letters, and emoji, stays. */
const invisible = /(?:(?![\u200c\u200d])(?:[\p{Cf}\u115f\u1160\u3164\uffa0]|\u034f))+/gu;

/**
 * A text from outside as harmless text: without escape sequences, and with a space for other control characters, so that it says
 * in a terminal, in Slack and in a commit what it seems to say. Its lines stay.
 */
export const printableText = (text: string): string =>
  text
    .toWellFormed()
    .replaceAll('\r\n', '\n')
    .replace(escapeSequences, '')
    .replace(controls, ' ')
    .replace(invisible, '');

/** The same on one line. */
export const printableLine = (text: string): string =>
  printableText(text)
    .replace(/[\n\t]+/g, ' ')
    .trim();
