import type { Command } from './command.ts';

type Entry = { readonly summary: string; readonly load: () => Promise<{ readonly run: Command }> };

/** Each is loaded when it is called: none has to wait for what another one needs. */
const commands: Readonly<Record<string, Entry>> = {
  seal: { load: () => import('./seal.ts'), summary: 'encrypt a secret for one slot of tagboat.yml' },
  validate: { load: () => import('./validate.ts'), summary: 'check a tagboat.yml' },
  explain: { load: () => import('./explain.ts'), summary: 'say what would come of a tag, and why' },
  schema: { load: () => import('./schema.ts'), summary: 'print the JSON Schema of tagboat.yml' },
  hook: { load: () => import('./hook.ts'), summary: 'send a webhook of any source to the local stack' },
  slack: { load: () => import('./slack.ts'), summary: 'send a slash command to the local stack' },
};

const usage = `Usage: tagboat <command> [options]

${Object.entries(commands)
  .map(([name, { summary }]) => `  ${name.padEnd(10)} ${summary}`)
  .join('\n')}

\`tagboat <command> --help\` shows what it takes.
`;

/** `tagboat <command> …` */
export const run: Command = async ([name = '', ...args], io) => {
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command !== undefined) return (await command.load()).run(args, io);
  const isHelp = name === '--help' || name === '-h' || name === 'help';
  io.stderr.write(isHelp || name === '' ? usage : `There is no command "${name}".\n\n${usage}`);
  return isHelp ? 0 : 2;
};
