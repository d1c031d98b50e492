import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Actor } from '../../../lib/actor.ts';
import { subjectPlaceholders } from '../../../lib/config/subject-template.ts';
import { type Committed, commitMessage, commitMeta } from '../../../lib/release/commit/commit-message.ts';
import type { Release } from '../../../lib/release/model/release.ts';
import { actor } from '../../support/records.ts';
import { digest, image } from '../support/context.ts';

const release: Release = {
  id: '01KAQ4J5ZK0000000000000001',
  app: 'okeydokey',
  environment: 'production',
  kind: 'release',
  state: 'queued',
  image,
  tag: '1.2.0',
  digest: digest('a'),
  requestedBy: actor('github:octocat'),
  source: 'github',
  delivery: 'd',
  group: 'g',
  attempts: 0,
  createdAt: '2026-11-23T12:00:00.000Z',
  updatedAt: '2026-11-23T12:00:00.000Z',
};
/** Whatever a webhook calls its user. */
const by = (user: string): Actor => ({ type: 'webhook', source: 'github', user });
const change = { file: 'deployment/a.yml', line: 12, from: `${image}:1.1.0`, to: `${image}:1.2.0` };

const committed = (overrides: Partial<Release> = {}): Committed => ({
  release: { ...release, ...overrides },
  changes: [change],
});

const subjectOf = (message: string): string => message.slice(0, message.indexOf('\n'));

/** What Git takes for trailers. */
const trailersOf = (message: string): readonly string[] =>
  execFileSync('git', ['interpret-trailers', '--parse', '--no-divider'], { input: message })
    .toString()
    .trimEnd()
    .split('\n');

const trailers = [
  'Release: 01KAQ4J5ZK0000000000000001',
  'App: okeydokey',
  'Environment: production',
  `Image: devopswithkubernetes/okeydokey:1.2.0@${digest('a')}`,
  'Triggered-By: github:octocat',
];

describe('the message of a commit', () => {
  it.each<[string, Partial<Release>, string | undefined, string]>([
    ['no template', {}, undefined, 'Release okeydokey 1.2.0 to production'],
    ['no template, an undo', { kind: 'undo' }, undefined, 'Undo okeydokey to 1.2.0 in production'],
    ['the usual words', {}, '{verb} {app} {tag} to {environment}', 'Release okeydokey 1.2.0 to production'],
    [
      'the usual words, an undo',
      { kind: 'undo' },
      '{verb} {app} {tag} to {environment}',
      'Restore okeydokey 1.2.0 to production',
    ],
    [
      'every placeholder',
      {
        tag: 'v1',
        app: 'a',
        environment: 'e',
        image: 'ghcr.io/o/a',
        id: '01K',
        requestedBy: actor('slack:U1'),
      },
      subjectPlaceholders.map((name) => `{${name}}`).join(' '),
      'a v1 e ghcr.io/o/a 01K slack:U1 Release',
    ],
    ['a placeholder twice', {}, '{app}: {tag} ({tag})', 'okeydokey: 1.2.0 (1.2.0)'],
    ['no placeholder', {}, 'Update images', 'Update images'],
    ['values with placeholders in them', { tag: '{app}' }, '{tag} $& $1', '{app} $& $1'],
    ['an empty value', { tag: '' }, '{tag}', 'Release okeydokey  to production'],
    ['more than a line holds', { tag: 'x'.repeat(128) }, 'deploy: {tag}', `deploy: ${'x'.repeat(63)}…`],
    ['a cut through a character', {}, `${'x'.repeat(70)}🚀🚀`, `${'x'.repeat(70)}…`],
  ])('begins with a subject: %s', (_, overrides, template, subject) => {
    expect(subjectOf(commitMessage([committed(overrides)], template))).toBe(subject);
  });

  it('has the changes and the trailers below it, whatever the template', () => {
    expect(commitMessage([committed()], 'deploy: {app}')).toBe(
      `deploy: okeydokey\n\ndeployment/a.yml:12: ${image}:1.1.0 -> ${image}:1.2.0\n\n${trailers.join('\n')}\n`,
    );
  });

  it('is about all releases of a batch, without the template', () => {
    const message = commitMessage([committed(), committed({ app: 'web', tag: '2' })], 'deploy: {app}');

    expect(subjectOf(message)).toBe('Release 2 images: okeydokey 1.2.0, web 2');
  });

  const line = '\nApproved-By: the boss';
  it.each<[string, Partial<Release>, string]>([
    [
      'a tag',
      { tag: `1.2.0${line}`, digest: undefined },
      'Image: devopswithkubernetes/okeydokey:1.2.0 Approved-By: the boss',
    ],
    ['an actor', { requestedBy: by(`x${line}`) }, 'Triggered-By: github:x Approved-By: the boss'],
    ['an actor, CRLF', { requestedBy: by('x\r\nApproved-By: y') }, 'Triggered-By: github:x Approved-By: y'],
    ['an actor, NEL', { requestedBy: by('x\u0085Approved-By: y') }, 'Triggered-By: github:x Approved-By: y'],
    ['an actor, LS', { requestedBy: by('x\u2028Approved-By: y') }, 'Triggered-By: github:x Approved-By: y'],
    [
      'an actor, paragraphs',
      { requestedBy: by(`x\n\n${line}`) },
      'Triggered-By: github:x Approved-By: the boss',
    ],
    ['an actor, turned round', { requestedBy: by('\u202ex') }, 'Triggered-By: github:x'],
    [
      'an actor of a thousand characters',
      { requestedBy: by('x'.repeat(1000)) },
      `Triggered-By: github:${'x'.repeat(192)}…`,
    ],
  ])('lets nobody forge a trailer by %s', (_, overrides, expected) => {
    const message = commitMessage([committed(overrides)], '{verb} {tag} {requestedBy}');

    const found = trailersOf(message);
    expect(found.map((trailer) => trailer.split(':')[0])).toEqual(trailers.map((one) => one.split(':')[0]));
    expect(found).toContain(expected);
  });

  it('keeps the whole digest of a long image', () => {
    const name = `registry.example.com/${'a'.repeat(120)}`;

    expect(trailersOf(commitMessage([committed({ image: name, tag: 'x'.repeat(128) })]))).toContain(
      `Image: ${name}:${'x'.repeat(128)}@${digest('a')}`,
    );
  });

  it('has one line of subject and no line more than expected, whatever is said', () => {
    const text = fc.string({ unit: 'binary' });
    fc.assert(
      fc.property(
        text,
        text,
        fc.constantFrom(undefined, '{requestedBy}', '{tag}: {requestedBy}'),
        (tag, user, template) => {
          const message = commitMessage([committed({ tag, requestedBy: by(user) })], template);

          expect(message.split('\n')).toHaveLength(10);
          expect(subjectOf(message)).not.toBe('');
          expect(subjectOf(message).length).toBeLessThanOrEqual(72);
          // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
          expect(message).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029]/);
        },
      ),
      { numRuns: 1000 },
    );
  });
});

describe('whom a commit names', () => {
  const mona = { name: 'Mona', email: 'mona@example.com' };
  const bot = { name: 'Tagboat', email: 'bot@example.com' };
  const usual = { name: 'Tagboat', email: 'tagboat@noreply.invalid' };
  it.each([
    ['nobody configured', undefined, { author: usual }],
    ['an author', { author: mona }, { author: mona }],
    ['an author and a committer', { author: mona, committer: bot }, { author: mona, committer: bot }],
    ['a committer', { committer: bot }, { author: usual, committer: bot }],
  ])('%s', (_, config, people) => {
    expect(commitMeta([committed()], config, 1_700_000_000_000)).toEqual({
      message: commitMessage([committed()]),
      time: 1_700_000_000_000,
      ...people,
    });
  });
});
