import { code, escapeMrkdwn } from '../text.ts';
import { usages } from '../usage.ts';
import { context, type SlackMessage, section, sections } from './block-kit.ts';

/** What there is to say to Tagboat: made from the usage lines that the errors show. */
export const helpMessage = (): SlackMessage => {
  const all = Object.values(usages);
  return {
    response_type: 'ephemeral',
    text: escapeMrkdwn(`Tagboat understands ${all.map(({ usage }) => usage).join(', ')}`, 3000),
    blocks: [
      section(':anchor: *Tagboat* releases pushed tags, watches them, and takes them back.'),
      ...sections(all.map(({ usage, does }) => `• ${code(usage)} ${escapeMrkdwn(does, 200)}`)),
      ...context([
        'What stands in [ ] may be left out; the environment, where an app has only one. Numbers are those of the history.',
      ]),
    ],
  };
};
