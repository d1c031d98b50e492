import { printableLine, printableText } from '../printable.ts';

/** How much of a server's message is passed on. */
const maxLength = 600;

/** Lines that report progress rather than reasons. */
const progress =
  /^(?:(?:remote: )?(?:Unpacking|Resolving|Receiving|Counting|Compressing|Processing|Checking|Enumerating)\b.*|.*\b\d+% \(\d+\/\d+\).*)$/;

/**
 * A message of the server, made safe to show: one line of limited length, without control characters, escape sequences
 * and secrets.
 * @param secrets texts that are masked wherever they occur
 */
export const words = (text: string, secrets: readonly string[] = []): string => {
  const masked = secrets
    .filter((secret) => secret !== '')
    .reduce((masking, secret) => masking.replaceAll(secret, '***'), text.slice(0, 16_384));
  const lines = printableText(masked.replaceAll('\r', '\n'))
    .split('\n')
    .map((line) => printableLine(line))
    .filter((line) => line !== '' && !progress.test(line));
  const line = lines.join('; ');
  return line.length > maxLength ? `${line.slice(0, maxLength)}…` : line;
};
