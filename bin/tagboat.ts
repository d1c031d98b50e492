import type { Command } from './commands/command.ts';
import { run as schema } from './commands/schema.ts';
import { run as seal } from './commands/seal.ts';
import { run as slack } from './commands/slack.ts';
import { run as validate } from './commands/validate.ts';

const commands: Readonly<Record<string, { readonly run: Command; readonly summary: string }>> = {
  seal: { run: seal, summary: 'encrypt a secret for one slot of tagboat.yml' },
  validate: { run: validate, summary: 'check a tagboat.yml' },
  schema: { run: schema, summary: 'print the JSON Schema of tagboat.yml' },
  slack: { run: slack, summary: 'send a slash command to the local stack' },
};

const usage = `Usage: tagboat <command> [options]

${Object.entries(commands)
  .map(([name, { summary }]) => `  ${name.padEnd(10)} ${summary}`)
  .join('\n')}

\`tagboat <command> --help\` shows what it takes.
`;

const [name = '', ...args] = process.argv.slice(2);
const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
if (command === undefined) {
  const isHelp = name === '--help' || name === '-h' || name === 'help';
  process.stderr.write(isHelp || name === '' ? usage : `There is no command "${name}".\n\n${usage}`);
  process.exitCode = isHelp ? 0 : 2;
} else {
  const { stdin, stdout, stderr, env } = process;
  process.exitCode = await command.run(args, { stdin, stdout, stderr, env });
}
