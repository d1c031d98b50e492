import { expect, test } from 'vitest';
import { TagboatError } from '../lib/errors.ts';
import { verifyRotated } from '../lib/rotated-secret.ts';

const knows = (known: string) => (secret: string) => {
  if (secret !== known) throw new TagboatError('signature-wrong', 'no');
};
const secretsOf = (...names: readonly string[]) => {
  const opened: string[] = [];
  const [current = '', previous] = names;
  const open = (name: string) => async () => {
    opened.push(name);
    return name;
  };
  const rotated = { current: open(current), previous: previous === undefined ? undefined : open(previous) };
  return { rotated, opened };
};

test.each([
  ['new', 'current', ['new']],
  ['old', 'previous', ['new', 'old']],
])(
  'whoever knows the %s one is let in by the %s, and the other is opened only where it has to be',
  async (known, age, expected) => {
    const { rotated, opened } = secretsOf('new', 'old');

    expect(await verifyRotated(rotated, knows(known))).toBe(age);
    expect(opened).toEqual(expected);
  },
);

test.each([[['new', 'old']], [['new']]])('whoever knows neither of %j is refused', async (names) => {
  const { rotated, opened } = secretsOf(...names);

  await expect(verifyRotated(rotated, knows('guess'))).rejects.toMatchObject({ code: 'signature-wrong' });
  expect(opened).toEqual(names);
});

test.each(['signature-missing', 'signature-expired', 'kms-unreachable'] as const)(
  'what is wrong in another way is not tried with the one before: %s',
  async (code) => {
    const { rotated, opened } = secretsOf('new', 'old');
    const verify = () => Promise.reject(new TagboatError(code, 'no'));

    await expect(verifyRotated(rotated, verify)).rejects.toMatchObject({ code });
    expect(opened).toEqual(['new']);
  },
);

test('a current one that does not open is no reason to take the one before', async () => {
  const rotated = {
    current: () => Promise.reject(new TagboatError('secret-damaged', 'no')),
    previous: async () => 'old',
  };
  await expect(verifyRotated(rotated, knows('old'))).rejects.toMatchObject({ code: 'secret-damaged' });
});
