import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../lib/config/load.ts';
import { edited, example, problemsOf } from './support.ts';

const allow = 'allow: { users: [U024BE7LH], channels: [C0DEPLOYS] }';
const image = '    image: devopswithkubernetes/okeydokey\n';
const notify = "        notify: { slack: '#deploys' }\n";

/** The example with a line of its own at the app or at the environment. */
const atApp = (line: string) => edited(image, `${image}    ${line}\n`);
const atEnvironment = (line: string) => edited(notify, `${notify}        ${line}\n`);

describe('slack', () => {
  it('does not ask, and reads times in UTC, where it says nothing', () => {
    expect(parseConfig(example).slack).toMatchObject({ confirm: false, timeZone: 'UTC' });
  });

  it.each([
    ['Europe/Helsinki', 'Europe/Helsinki'],
    ['europe/helsinki', 'Europe/Helsinki'],
    ['utc', 'UTC'],
    ['GMT', 'GMT'],
    ['Europe/Kyiv', 'Europe/Kyiv'],
    ['US/Pacific', 'US/Pacific'],
  ])('knows the time zone %s', (written, zone) => {
    expect(parseConfig(edited(allow, `${allow}, timeZone: ${written}`)).slack?.timeZone).toBe(zone);
  });

  it.each<[string, string, string]>([
    ['a zone that is none', 'Mars/Olympus_Mons', ''],
    ['a slip of the pen', 'Europe/Helsniki', ' (did you mean `Europe/Helsinki`?)'],
    ['a city alone', 'Helsinki', ' (did you mean `Europe/Helsinki`?)'],
    ['a city with a space', 'New York', ' (did you mean `America/New_York`?)'],
    ['an offset', "'+02:00'", ''],
    ['an offset from a zone', 'GMT+2', ''],
    ['a word', 'local', ''],
    ['nothing', "''", ''],
  ])('refuses %s', (_, written, hint) => {
    expect(problemsOf(edited(allow, `${allow}, timeZone: ${written}`))).toEqual([
      `tagboat.yml:15:96: this is not the name of a time zone; write one such as \`Europe/Helsinki\`${hint}`,
    ]);
  });

  it.each(['BST', 'IST', 'pst'])('refuses the abbreviation %s', (written) => {
    expect(problemsOf(edited(allow, `${allow}, timeZone: ${written}`))).toEqual([
      'tagboat.yml:15:96: more than one zone is abbreviated like that; write its name such as `Europe/Helsinki`',
    ]);
  });

  it.each([
    [`${allow}, confirm: yes`, '15:95: true or false is expected here, not a text'],
    [`${allow}, timeZone: 2`, '15:96: a text is expected here, not a number; put it in quotes'],
    [`${allow}, timezone: UTC`, '15:86: unknown key `timezone` (did you mean `timeZone`?)'],
    ['allow: { users: [U1AB, U2AB, U1AB] }', '15:61: `U1AB` is there twice'],
    ['allow: { channels: [C1AB, C1AB] }', '15:58: `C1AB` is there twice'],
  ])('%s', (line, problem) => {
    expect(problemsOf(edited(allow, line))).toEqual([`tagboat.yml:${problem}`]);
  });
});

describe('allow', () => {
  it('is read at an app and at an environment', () => {
    const text = edited(image, `${image}    allow: { users: [U1AB] }\n`).replace(
      notify,
      `${notify}        allow: { channels: [C1AB], users: [] }\n`,
    );

    const app = parseConfig(text).apps.okeydokey;

    expect(app?.allow).toEqual({ users: ['U1AB'], channels: [] });
    expect(app?.environments.production?.allow).toEqual({ users: [], channels: ['C1AB'] });
  });

  it.each<[string, string, readonly string[]]>([
    [
      'nobody at an app',
      atApp('allow: { users: [], channels: [] }'),
      [
        '20:5: this allows nobody; name `users` or `channels`, or take it out: then the next one further up counts',
      ],
    ],
    [
      'nobody at an environment',
      atEnvironment('allow: {}'),
      [
        '33:9: this allows nobody; name `users` or `channels`, or take it out: then the next one further up counts',
      ],
    ],
    ['nothing at an app', atApp('allow:'), ['20:5: `allow` is empty; fill it in or take it out']],
    [
      'a name at an app',
      atApp("allow: { users: ['@ada'] }"),
      ['20:22: this is not the id of a Slack user, such as `U024BE7LH`'],
    ],
    [
      'a text at an environment',
      atEnvironment('allow: U1AB'),
      ['33:16: a mapping is expected here, not a text'],
    ],
    [
      'an unknown key at an environment',
      atEnvironment('allow: { user: [U1AB], channels: [C1AB] }'),
      ['33:18: unknown key `user` (did you mean `users`?)'],
    ],
    ['somebody twice', atEnvironment('allow: { users: [U1AB, U1AB] }'), ['33:32: `U1AB` is there twice']],
    [
      'an app without Slack',
      atApp('allow: { users: [U1AB] }').replace(/^slack: .*\n/m, ''),
      ['19:5: `apps.okeydokey.allow` says who may give Slack commands, but there is no `slack:`'],
    ],
    [
      'an environment without Slack',
      atEnvironment('allow: { users: [U1AB] }').replace(/^slack: .*\n/m, ''),
      [
        '32:9: `apps.okeydokey.environments.production.allow` says who may give Slack commands, but there is no `slack:`',
      ],
    ],
  ])('refuses %s', (_, text, problems) => {
    expect(problemsOf(text)).toEqual(problems.map((problem) => `tagboat.yml:${problem}`));
  });
});
