import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TagboatError } from '../../lib/errors.ts';
import {
  ackUndo,
  type ReleaseView,
  refusal,
  releaseMessage,
  type SlackMessage,
} from '../../lib/slack/messages.ts';
import { codeBlock, escapeMrkdwn, link } from '../../lib/slack/text.ts';

const release: ReleaseView = {
  app: 'okeydokey',
  environment: 'production',
  image: 'docker.io/devopswithkubernetes/okeydokey',
  tag: '0.0.3',
  state: 'healthy',
};
const textsOf = (message: SlackMessage): readonly string[] =>
  message.blocks.flatMap((block) =>
    block.type === 'section' ? [block.text.text] : block.elements.map(({ text }) => text),
  );

test('a healthy release', () => {
  const message = releaseMessage({
    ...release,
    id: '01JD',
    commit: '6113728f27ae82c7b1a177c8d03f9e96e0adf246',
    commitUrl: 'https://github.com/x/y/commit/6113728f27ae82c7b1a177c8d03f9e96e0adf246',
    durationSeconds: 83.4,
    requestedBy: 'U024BE7LH',
  });

  expect(message).toEqual({
    text: 'okeydokey → production: 0.0.3 is healthy',
    blocks: [
      {
        type: 'section',
        text: { type: 'mrkdwn', text: ':white_check_mark: *okeydokey* → *production*: `0.0.3` is healthy' },
      },
      {
        type: 'context',
        elements: [
          {
            type: 'mrkdwn',
            text: '`devopswithkubernetes/okeydokey:0.0.3`  ·  <https://github.com/x/y/commit/6113728f27ae82c7b1a177c8d03f9e96e0adf246|6113728>  ·  1 min 23 s  ·  asked for by <@U024BE7LH>  ·  01JD',
          },
        ],
      },
    ],
  });
});

test('a failed undo, with its diagnosis', () => {
  const message = releaseMessage({
    ...release,
    state: 'failed',
    isUndo: true,
    reason: 'the rollout ran out of time',
    diagnosis: [
      {
        summary: 'The container exits with code 1',
        evidence: ['back-off 5m0s', 'TypeError: <x> & y'],
        next: 'Look at its log.',
        workload: 'deployment/okeydokey',
        pod: 'okeydokey-7d9',
        container: undefined,
      },
    ],
  });

  expect(message.text).toBe('okeydokey → production: undo to 0.0.3 failed: the rollout ran out of time');
  expect(textsOf(message)).toEqual([
    ':x: *okeydokey* → *production*: undo to `0.0.3` failed: the rollout ran out of time',
    '*The container exits with code 1*\n`deployment/okeydokey / okeydokey-7d9`\n```\nback-off 5m0s\nTypeError: &lt;x&gt; &amp; y\n```\nNext: Look at its log.',
    '`devopswithkubernetes/okeydokey:0.0.3`',
  ]);
});

test.each([
  ['queued', 'is queued'],
  ['waiting-for-image', 'waits for its image'],
  ['committed', 'is committed'],
  ['rolling-out', 'is rolling out'],
  ['undone', 'was undone'],
  ['skipped', 'was skipped'],
] as const)('the state %s reads "%s"', (state, words) => {
  expect(releaseMessage({ ...release, state }).text).toBe(`okeydokey → production: 0.0.3 ${words}`);
});

test('an undo is acknowledged to everybody', () => {
  const message = ackUndo({ app: 'okeydokey', environment: 'production', requestedBy: 'U024BE7LH' });
  expect(message).toMatchObject({
    response_type: 'in_channel',
    text: 'Undoing okeydokey in production, back to the last healthy version',
  });
  expect(textsOf(message)).toEqual([
    ':leftwards_arrow_with_hook: Undoing *okeydokey* in *production*, back to the last healthy version',
    'asked for by <@U024BE7LH>',
  ]);
});

test('an undo to a tag names it', () => {
  const message = ackUndo({ app: 'a', environment: 'b', to: 'v1', requestedBy: 'a <script>' });
  expect(message.text).toBe('Undoing a in b, back to v1');
  expect(textsOf(message).at(-1)).toBe('asked for by a &lt;script&gt;');
});

test('a refusal says why and what next, to one person', () => {
  const message = refusal(new TagboatError('app-unknown', 'no app is called "<!channel>"'));
  expect(message).toMatchObject({
    response_type: 'ephemeral',
    text: 'Sorry, no: no app is called "&lt;!channel&gt;"',
  });
  expect(textsOf(message)).toEqual([
    ':no_entry_sign: Sorry, no: no app is called "&lt;!channel&gt;"',
    'Use one of the names that the message lists.  ·  `app-unknown`',
  ]);
});

test('credentials in evidence are masked', () => {
  const evidence = ['GET https://bot:hunter2@registry.example.com/ failed', 'DB_PASSWORD=hunter2'];
  const message = releaseMessage({
    ...release,
    state: 'failed',
    reason: 'Authorization: Bearer hunter2hunter2',
    diagnosis: [{ summary: 'x', evidence, next: 'y' }],
  });
  expect(JSON.stringify(message)).not.toContain('hunter2');
});

test('what is long is cut, and an entity never in the middle', () => {
  expect(escapeMrkdwn('a&&', 8)).toBe('a&amp;…');
  expect(escapeMrkdwn('ab', 10)).toBe('ab');
  expect(escapeMrkdwn('😀😀😀', 5)).toBe('😀😀…');
});

test('a fence in a log line does not end the block', () => {
  expect(codeBlock(['a', '```', '<!here>'])).toBe("```\na\n'''\n&lt;!here&gt;\n```");
});

test.each([
  ['of the web', 'https://example.com/a?b=1&c=2', '<https://example.com/a?b=1&amp;c=2|text>'],
  ['with what ends a link', 'https://example.com/a|b>c', '<https://example.com/a%7Cb%3Ec|text>'],
  ['of a script', 'javascript:alert(1)', 'text'],
  ['with credentials', 'https://a:b@example.com/', 'text'],
  ['that is none', 'x', 'text'],
])('a link %s', (_name, url, expected) => {
  expect(link(url, 'text')).toBe(expected);
});

test('whatever a release says, Slack takes the message, and nobody is mentioned by it', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 5000, size: 'max' }),
    fc.constantFrom('<!channel>', '&'.repeat(5000), '```', '<@U024BE7LH>', '|>'),
  );
  const diagnosis = fc.record({ summary: text, evidence: fc.array(text), next: text, pod: text });
  const view = fc.record({
    app: text,
    environment: text,
    image: text,
    tag: text,
    reason: text,
    id: text,
    commit: text,
    commitUrl: text,
    requestedBy: fc.constant('a <!here>'),
    diagnosis: fc.array(diagnosis, { maxLength: 60 }),
  });
  fc.assert(
    fc.property(view, (given) => {
      const message = releaseMessage({ ...given, state: 'failed' });
      const texts = textsOf(message);
      expect(message.blocks.length).toBeLessThanOrEqual(50);
      expect(Math.max(...texts.map((one) => one.length))).toBeLessThanOrEqual(3000);
      expect(Math.min(...texts.map((one) => one.length))).toBeGreaterThan(0);
      expect(message.text.length).toBeLessThanOrEqual(3000);
      expect([...texts, message.text].filter((one) => /<[!@#]/.test(one))).toEqual([]);
    }),
    { numRuns: 30 },
  );
});
