import { parseArgs } from 'node:util';
import { loadConfig } from '../../lib/config/load.ts';
import { secretSlots } from '../../lib/config/slots.ts';
import { listedTags } from '../../lib/config/tag-pattern.ts';
import type { Config } from '../../lib/config/types.ts';
import { TagboatError } from '../../lib/errors.ts';
import { schemeFactsOf } from '../../lib/release/model/explain-tag.ts';
import { parseReference } from '../../lib/secrets/reference.ts';
import { parseSealed } from '../../lib/secrets/sealed.ts';
import { schemeText } from '../../lib/view/tag-scheme.ts';
import { type Command, exitCodes, reporting } from './command.ts';

const usage = `Usage: tagboat validate [FILE] [--local]

Checks tagboat.yml, or another file, and lists everything that is wrong with it; else what each environment releases.

  --local   allow what only the local stack may use: env: and file: secrets, http:// and file:// URLs
`;

/** Slots that still hold what the template put there. Sealed values are checked for damage on the way. */
const placeholders = (config: Config): readonly string[] =>
  secretSlots(config).flatMap(({ slot, reference }) => {
    const parsed = parseReference(String(reference), slot);
    if (parsed.type === 'kms') parseSealed(parsed.sealed, slot);
    return parsed.type === 'placeholder' ? [slot] : [];
  });

/**
 * What is allowed, and probably not meant.
 * @param local the local stack shows what would have gone to Slack, with and without a token
 */
const warnings = (config: Config, local: boolean): readonly string[] => {
  const unsealed = placeholders(config).map((slot) => `${slot} is still a placeholder: tagboat seal ${slot}`);
  const silent = Object.entries(config.apps).flatMap(([app, { environments }]) =>
    Object.entries(environments).flatMap(([name, { notify }]) =>
      !local && notify.slack !== undefined && config.slack?.botToken === undefined
        ? [`apps.${app}.environments.${name}.notify.slack tells nobody without slack.botToken`]
        : [],
    ),
  );
  return [...unsealed, ...silent, ...withoutOrder(config)];
};

/** Patterns that more than a few listed tags match, and that do not say which of two is older. */
const withoutOrder = (config: Config): readonly string[] =>
  Object.entries(config.apps).flatMap(([app, { environments }]) =>
    Object.entries(environments).flatMap(([name, { tags }]) =>
      'pattern' in tags && tags.order === undefined && listedTags(tags.pattern) === undefined
        ? [
            `apps.${app}.environments.${name}.tags has no order: a tag that looks lower than the one that stands is not released; say what is older with order: semver, numeric, calver or alphabetical, or with order: time that nothing is`,
          ]
        : [],
    ),
  );

/** A sentence for each environment. */
const policies = (config: Config): readonly string[] =>
  Object.entries(config.apps).flatMap(([name, app]) =>
    Object.entries(app.environments).map(
      ([environmentName, environment]) =>
        `  ${name} ${environmentName} releases ${schemeText(schemeFactsOf({ app, environment }))}`,
    ),
  );

const problemsIn = (error: TagboatError): number => error.message.split('\n').length;

/** How many problems are left where it is for the local stack. */
const localProblems = (file: string): number => {
  try {
    loadConfig(file, { local: true });
    return 0;
  } catch (error) {
    return error instanceof TagboatError ? problemsIn(error) : 0;
  }
};

const count = (number: number, word: string): string => `${number} ${word}${number === 1 ? '' : 's'}`;

/** `tagboat validate` */
export const run: Command = reporting(usage, async (args, io) => {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { local: { type: 'boolean', default: false } },
  });
  const [file = 'tagboat.yml', ...more] = positionals;
  if (more.length > 0) {
    io.stderr.write(usage);
    return exitCodes.usage;
  }
  try {
    const config = loadConfig(file, { local: values.local });
    for (const warning of warnings(config, values.local)) io.stderr.write(`warning: ${warning}\n`);
    const environments = Object.values(config.apps).flatMap((app) => Object.keys(app.environments));
    io.stdout.write(
      `${[`${file} is valid: ${count(Object.keys(config.apps).length, 'app')}, ${count(environments.length, 'environment')}`, ...policies(config)].join('\n')}\n`,
    );
    return exitCodes.well;
  } catch (error) {
    if (!(error instanceof TagboatError) || error.code !== 'config-invalid') throw error;
    const problems = problemsIn(error);
    io.stderr.write(`${error.message}\n${count(problems, 'problem')}\n`);
    if (!values.local && localProblems(file) < problems)
      io.stderr.write('For the local stack, which may have more, it is checked with --local.\n');
    return exitCodes.wrong;
  }
});
