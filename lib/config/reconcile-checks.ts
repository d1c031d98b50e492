import { parseDuration } from './duration.ts';
import { atKey, atValue, type Finding } from './problems.ts';
import { record, text } from './raw.ts';
import { normaliseGitHost } from './text-checks.ts';

/** What deployed functions are invoked at, in seconds: see `discover` in serverless.yml. */
const leastSeconds = 60;

const tooOften = (data: unknown): readonly Finding[] =>
  [[], ...Object.keys(record(record(data).apps)).map((name) => ['apps', name])].flatMap((path) => {
    const holder = path.length === 0 ? data : record(record(data).apps)[path[1] ?? ''];
    const seconds = parseDuration(text(record(record(holder).reconcile).every) ?? '');
    return seconds === undefined || seconds >= leastSeconds
      ? []
      : [
          atValue(
            [...path, 'reconcile', 'every'],
            'less than a minute works on the local stack only; write `1m` or more',
          ),
        ];
  });

const gitHosts = (data: unknown): readonly Finding[] => {
  const seen = new Map<string, string>();
  return Object.keys(record(record(data).gitHosts)).flatMap((given) => {
    const host = normaliseGitHost(given);
    if (host === undefined)
      return [
        atKey(['gitHosts', given], `\`${given}\` is not the host of a Git repository; write \`github.com\``),
      ];
    const before = seen.get(host);
    seen.set(host, given);
    return before === undefined
      ? []
      : [atKey(['gitHosts', given], `this is the same Git host as \`${before}\``)];
  });
};

/** What is wrong with how often tags are listed, and with the Git hosts that are asked for them. */
export const reconcileFindings = (
  data: unknown,
  options: { readonly local: boolean },
): readonly Finding[] => [...(options.local ? [] : tooOften(data)), ...gitHosts(data)];
