import { expect, test } from 'vitest';
import { isSslCheck, parseSlashCommand } from '../../lib/slack/command.ts';
import { slackRequest } from './requests.ts';

const form = {
  token: 'gIkuvaNzQIHg97ATvDxqgjtO',
  team_id: 'T0001',
  team_domain: 'example',
  channel_id: 'C2147483705',
  channel_name: 'deploys',
  user_id: 'U2147483697',
  user_name: 'Steve',
  command: '/undo',
  text: ' okeydokey to 0.0.2 ',
  response_url: 'https://hooks.slack.com/commands/1234/5678',
  trigger_id: '13345224609.738474920.8088930838d88f008e0',
  api_app_id: 'A123456',
};
const parse = (change: Readonly<Record<string, string | undefined>>, allowedBase?: string) => {
  const fields = Object.entries({ ...form, ...change }).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] satisfies [string, string]],
  );
  return parseSlashCommand(slackRequest(new URLSearchParams(fields).toString(), '1'), { allowedBase });
};

test('a command as Slack documents it', () => {
  expect(parse({})).toEqual({
    command: '/undo',
    text: 'okeydokey to 0.0.2',
    userId: 'U2147483697',
    userName: 'Steve',
    channelId: 'C2147483705',
    channelName: 'deploys',
    teamId: 'T0001',
    responseUrl: 'https://hooks.slack.com/commands/1234/5678',
    triggerId: '13345224609.738474920.8088930838d88f008e0',
  });
});

test('a command without text, from somebody whose name Slack leaves out', () => {
  expect(parse({ text: undefined, user_name: undefined })).toMatchObject({ text: '', userName: '' });
});

test.each([
  ['no command', { command: undefined }, 'the field command of the slash command is missing or malformed'],
  ['no user', { user_id: undefined }, 'the field user_id of the slash command is missing or malformed'],
  [
    'a user id that is none',
    { user_id: 'steve' },
    'the field user_id of the slash command is missing or malformed',
  ],
  [
    'text without end',
    { text: 'x'.repeat(4001) },
    'the field text of the slash command is missing or malformed',
  ],
])('refused: %s', (_name, change, message) => {
  expect(() => parse(change)).toThrow(expect.objectContaining({ code: 'payload-invalid', message }));
});

test.each([
  'http://hooks.slack.com/commands/1',
  'https://hooks.slack.com.example.com/commands/1',
  'https://hooks.slack.com@example.com/',
  'https://user:pass@hooks.slack.com/',
  'https://hooks.slack-gov.com.example.com/commands/1',
  'https://slack-gov.com/commands/1',
  'http://hooks.slack-gov.com/commands/1',
  'https://hooks.slack.com:8443/',
  'https://example.com/?https://hooks.slack.com/',
  'http://169.254.169.254/latest/meta-data',
  'file:///etc/passwd',
  'x',
  '',
])('nothing but Slack is answered: %s', (responseUrl) => {
  expect(() => parse({ response_url: responseUrl })).toThrow(
    expect.objectContaining({
      code: 'payload-invalid',
      message: 'the field response_url of the slash command is not a URL of Slack',
    }),
  );
});

test.each([
  ['under it', 'http://localhost:3000/slack-api/response/1', true],
  ['beside it', 'http://localhost:3000/slack-apis/1', false],
  ['above it', 'http://localhost:3000/slack-api/../webhooks', false],
  ['on another port', 'http://localhost:3001/slack-api/response/1', false],
  ['Slack’s own', 'https://hooks.slack.com/commands/1', true],
])('the local stack’s Slack: %s', (_name, responseUrl, allowed) => {
  const parsing = () => parse({ response_url: responseUrl }, 'http://localhost:3000/slack-api');
  if (allowed) expect(parsing().responseUrl).toBe(responseUrl);
  else expect(parsing).toThrow(expect.objectContaining({ code: 'payload-invalid' }));
});

test.each([
  ['a slash in it', '/a/b'],
  ['an escape sequence', '/undo\u001b[31m'],
  ['a C1 control character', '/undo\u009b31m'],
  ['nothing behind the slash', '/'],
])('refused as the name of a command: %s', (_name, command) => {
  expect(() => parse({ command })).toThrow(expect.objectContaining({ code: 'payload-invalid' }));
});

test('what no queue takes of a name is left out, and no longer URL is answered than a message has room for', () => {
  expect(parse({ user_name: 'Ste\u0000ve\uffff' })).toMatchObject({ userName: 'Steve' });
  const longUrl = `https://hooks.slack.com/commands/${'x'.repeat(2000)}`;
  expect(() => parse({ response_url: longUrl })).toThrow(
    expect.objectContaining({ code: 'payload-invalid' }),
  );
  expect(() => parse({ response_url: 'https://hooks.slack.com/commands/\uffff' })).toThrow(
    expect.objectContaining({ code: 'payload-invalid' }),
  );
});

test('a command of GovSlack, whose hosts are its own (opsdroid/opsdroid#2013)', () => {
  const responseUrl = 'https://hooks.slack-gov.com/commands/T0001/2/3';
  expect(parse({ response_url: responseUrl })).toMatchObject({ responseUrl });
});

test('a command from an Enterprise Grid organisation, with its fields beside the known ones', () => {
  const grid = {
    enterprise_id: 'E0001',
    enterprise_name: 'Globular Construct Inc',
    is_enterprise_install: 'true',
    team_id: 'T0002',
    user_id: 'W012A3CDE',
    channel_id: 'G2147483705',
    channel_name: 'privategroup',
  };
  expect(parse(grid)).toMatchObject({ userId: 'W012A3CDE', teamId: 'T0002', channelId: 'G2147483705' });
});

test('the check of a certificate is told from a command', () => {
  expect(isSslCheck(slackRequest('ssl_check=1&token=x', '1'))).toBe(true);
  expect(isSslCheck(slackRequest(new URLSearchParams(form).toString(), '1'))).toBe(false);
});
