import { describe, expect, it } from 'vitest';
import { compileConfig } from '../../lib/config/compile.ts';
import { parseConfig } from '../../lib/config/load.ts';
import { placeOfSlot, secretSlots, slotProblem } from '../../lib/config/slots.ts';
import { edited, plainSecret, problemsOf } from './support.ts';

/** The example with a `commit:` in its config repo; its first line is line 10 of the file. */
const withCommit = (commit: string): string =>
  edited('    password: kms:…\nsources', `    password: kms:…\n    commit: ${commit}\nsources`);

const person = 'write a name and an address: `Tagboat <tagboat@example.com>`';

describe('commit of a config repo', () => {
  it('is read, people in parts', () => {
    const config = parseConfig(
      withCommit(`
      author: Mona Lisa <mona@example.com>
      committer: 'github-actions[bot] <41898282+github-actions[bot]@users.noreply.github.com>'
      subject: 'deploy({environment}): {app} {tag}'
      signingKey: kms:BBBB`),
    );

    expect(config.configRepos.okeydokey?.commit).toEqual({
      author: { name: 'Mona Lisa', email: 'mona@example.com' },
      committer: {
        name: 'github-actions[bot]',
        email: '41898282+github-actions[bot]@users.noreply.github.com',
      },
      subject: 'deploy({environment}): {app} {tag}',
      signingKey: 'kms:BBBB',
    });
  });

  it('may be left out, and so may all that is in it', () => {
    expect(parseConfig(withCommit('{}')).configRepos.okeydokey?.commit).toEqual({});
  });

  it.each<[string, string, string]>([
    ['a name alone', '{ author: Tagboat }', `10:23: ${person}`],
    ['an address alone', '{ author: tagboat@example.com }', `10:23: ${person}`],
    ['an address without a name', "{ author: '<tagboat@example.com>' }", `10:23: ${person}`],
    ['an address without its host', '{ committer: Tagboat <tagboat> }', `10:26: ${person}`],
    ['two addresses', '{ author: Tagboat <a@example.com> <b@example.com> }', `10:23: ${person}`],
    ['an address with a space', '{ author: Tagboat <a b@example.com> }', `10:23: ${person}`],
    ['a name of two lines', '{ author: "Tag\\nboat <a@example.com>" }', `10:23: ${person}`],
    [
      'somebody who is a number',
      '{ author: 7 }',
      '10:23: a text is expected here, not a number; put it in quotes',
    ],
    ['somebody in parts', '{ author: { name: Tagboat } }', '10:23: a text is expected here, not a mapping'],
    [
      'a placeholder that was misspelt',
      "{ subject: '{ap} {tag}' }",
      '10:24: unknown placeholder `{ap}` (did you mean `{app}`?)',
    ],
    [
      'a placeholder in another case',
      "{ subject: '{requestedby}' }",
      '10:24: unknown placeholder `{requestedby}` (did you mean `{requestedBy}`?)',
    ],
    [
      'a placeholder that there is not',
      "{ subject: 'on {weekday}' }",
      '10:24: unknown placeholder `{weekday}`; write `{app}`, `{tag}`, `{environment}`, `{image}`, `{release}`, `{requestedBy}` or `{verb}`',
    ],
    [
      'a placeholder of nothing',
      "{ subject: 'to {}' }",
      '10:24: unknown placeholder `{}`; write `{app}`, `{tag}`, `{environment}`, `{image}`, `{release}`, `{requestedBy}` or `{verb}`',
    ],
    [
      'a placeholder with two braces',
      "{ subject: 'to {{app}}' }",
      '10:24: a placeholder has one brace on either side: `{app}`',
    ],
    ['a brace that is not closed', "{ subject: 'to {app' }", '10:24: a brace without its counterpart'],
    ['a brace too many', "{ subject: 'to app}' }", '10:24: a brace without its counterpart'],
    ['an empty subject', "{ subject: '' }", '10:24: this is empty, or begins or ends with a space'],
    [
      'a subject in a block',
      '\n      subject: |\n        {app}',
      '11:16: this is empty, or begins or ends with a space',
    ],
    ['a subject of two lines', '{ subject: "{app}\\nApproved-By: me" }', '10:24: a subject is one line'],
    ['a misspelt key', '{ autor: a }', '10:15: unknown key `autor` (did you mean `author`?)'],
    ['an empty value', '{ subject: }', '10:15: `subject` is empty; fill it in or take it out'],
    ['nothing', '', '10:5: `commit` is empty; fill it in or take it out'],
    [
      'a key in clear',
      '\n      signingKey: |\n        -----BEGIN OPENSSH PRIVATE KEY-----',
      `11:19: ${plainSecret('configRepos/okeydokey/signingKey')}`,
    ],
    [
      'a key in a file, where deployed',
      '{ signingKey: file:id_ed25519 }',
      '10:27: `env:` and `file:` work on the local stack only; seal the value: `tagboat seal configRepos/okeydokey/signingKey`',
    ],
  ])('%s', (_, commit, problem) => {
    expect(problemsOf(withCommit(commit))).toEqual([`tagboat.yml:${problem}`]);
  });

  it('lists every placeholder that is wrong', () => {
    expect(problemsOf(withCommit("{ subject: '{ap} {tagg}' }"))).toEqual([
      'tagboat.yml:10:24: unknown placeholder `{ap}` (did you mean `{app}`?)',
      'tagboat.yml:10:24: unknown placeholder `{tagg}` (did you mean `{tag}`?)',
    ]);
  });

  it('does not show a key that somebody forgot to seal', () => {
    expect(problemsOf(withCommit('{ signingKey: hunter2 }')).join('\n')).not.toContain('hunter2');
  });
});

describe('the slot of a signing key', () => {
  const slot = 'configRepos/okeydokey/signingKey';

  it('is found where the key stands', () => {
    const slots = secretSlots(parseConfig(withCommit('{ signingKey: kms:BBBB }')));

    expect(slots.filter((one) => one.slot === slot)).toEqual([
      { slot, path: ['configRepos', 'okeydokey', 'commit', 'signingKey'], reference: 'kms:BBBB' },
    ]);
  });

  it('has to be sealed for what is deployed', () => {
    const config = parseConfig(withCommit('{ signingKey: file:id_ed25519 }'), { local: true });

    expect(() => compileConfig(config)).toThrow(`${slot} is not sealed; run \`tagboat seal ${slot}\``);
  });

  it.each([
    [slot, undefined],
    [
      'configRepos/okeydokey/signingkey',
      'slots of configRepos are configRepos/<name>/password or configRepos/<name>/signingKey (did you mean `configRepos/okeydokey/signingKey`?)',
    ],
  ])('%s: %s', (name, problem) => {
    expect(slotProblem(name)).toBe(problem);
  });

  it.each([
    [slot, 'configRepos.okeydokey.commit.signingKey'],
    ['configRepos/okeydokey/password', 'configRepos.okeydokey.password'],
    ['registries/docker.io/password', 'registries.docker.io.password'],
    ['api/token', 'api.token'],
  ])('%s stands at %s', (name, place) => {
    expect(placeOfSlot(name)).toBe(place);
  });
});
