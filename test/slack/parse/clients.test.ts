import { expect, test } from 'vitest';
import { parseCommand } from '../../../lib/slack/parse.ts';
import { where } from './apps.ts';

const staging = { app: 'shop', environment: 'staging' };
const undo = (to: string) => ({ type: 'undo', ...staging, to });
const hold = (rest: object) => ({ type: 'hold', ...staging, ...rest });

// What clients on phones and desktops, and Slack itself with "Escape channels, users, and links", make of what was typed.
test.each([
  ['spaces that do not break', 'shop\u00a0staging\u202fto\u3000v1', undo('v1')],
  ['a space behind the last word', 'shop staging to v1 \u00a0\n', undo('v1')],
  ['marks of the direction of writing', '\u200eshop\u200f \u2066staging\u2069 to v1', undo('v1')],
  ['smart double quotes', '“shop” “staging” to “v1”', undo('v1')],
  ['smart single quotes', '‘shop’ ‘staging’ to ‘v1’', undo('v1')],
  ['quotes of other languages', '„shop“ «staging» to ‚v1‘', undo('v1')],
  ['backticks', '`shop` `staging` to `v1`', undo('v1')],
  ['a hyphen that does not break', 'shop staging to v1.0.0\u2011rc.1', undo('v1.0.0-rc.1')],
  ['a hyphen with a code of its own', 'shop staging to v1.0.0\u2010rc.1', undo('v1.0.0-rc.1')],
  ['an en dash for a hyphen', 'shop staging to v1.0.0–rc.1', undo('v1.0.0-rc.1')],
  ['a minus for a hyphen', 'shop staging to v1.0.0−rc.1', undo('v1.0.0-rc.1')],
  ['an em dash for two hyphens', 'shop staging to v1—rc1', undo('v1--rc1')],
  ['a tag that was made a link', 'shop staging to <http://v1.2.3|v1.2.3>', undo('v1.2.3')],
  ['one whose label is left out', 'shop staging to <https://v1.2.3>', undo('v1.2.3')],
  ['one that was taken for a telephone number', 'shop staging to <tel:20261124|20261124>', undo('20261124')],
  ['one that was taken for an address', 'shop staging to <mailto:v1>', undo('v1')],
  ['capitals at the beginning', 'Shop Staging To v1', undo('v1')],
])('%s', (_name, text, expected) => {
  expect(parseCommand('/undo', text, where)).toEqual(expected);
});

test('an app whose hyphen a phone made a dash', () => {
  expect(parseCommand('/tagboat', 'status shop–api', where)).toEqual({ type: 'status', app: 'shop-api' });
});

test.each([
  ['a channel', 'see <#C024BE7LR|incidents>', 'see #incidents'],
  ['a private channel, whose name is left out', 'see <#G024BE7LR|>', 'see #G024BE7LR'],
  ['a person', 'ask <@U024BE7LH|alice>', 'ask @alice'],
  ['a person of an Enterprise Grid', 'ask <@W012A3CDE>', 'ask @W012A3CDE'],
  ['a group', 'ask <!subteam^SAZ94GDB8|@ops>', 'ask @ops'],
  ['everybody, who are not called', '<!channel> look', '@channel look'],
  ['a link', '<https://status.example.com/?a=1&amp;b=2|status.example.com>', 'status.example.com'],
  ['characters that Slack escapes', '5 &lt; 6 &amp; 7 &gt; 6', '5 < 6 & 7 > 6'],
  ['what was typed escaped', '&amp;lt;', '&lt;'],
  ['what no queue takes', 'a\uffffb', 'ab'],
  ['dashes of its own', 'a – b—c', 'a – b—c'],
])('a reason with %s', (_name, typed, reason) => {
  expect(parseCommand('/tagboat', `hold shop staging because ${typed}`, where)).toEqual(
    hold({ tag: '*', reason }),
  );
});
