import type { LogFields } from '../../../lib/logger.ts';
import type { Terminal } from '../terminal/terminal.ts';

/** What the agent and the kubelet do by themselves, as they log it: held back while something else is being shown. */
export const createBackgroundLines = ({ line, style }: Terminal) => {
  let held: string[] | undefined = [];
  return {
    logged: (message: string, fields: LogFields): void => {
      const text = describe(message, fields);
      if (text === undefined) return;
      if (held === undefined) line(`  ${style.dim(text)}`);
      else held.push(text);
    },
    /** From here on each is shown at once. */
    release: (): void => {
      for (const text of held ?? []) line(`  ${style.dim(text)}`);
      held = undefined;
    },
  };
};

const describe = (message: string, fields: LogFields): string | undefined => {
  const { app, environment, image, revision } = fields;
  switch (message) {
    case 'agent applied':
      return `the agent applied ${String(revision).slice(0, 7)} for ${app} → ${environment}`;
    case 'image of no app counts as present':
      return `${image} belongs to no app, and counts as present`;
    default:
      return undefined;
  }
};
