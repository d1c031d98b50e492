import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../lib/config/load.ts';
import { secretSlots } from '../../lib/config/slots.ts';
import { knownSources } from '../../lib/config/sources.ts';
import { sources } from '../../lib/sources/catalog.ts';
import { edited, problemsOf } from './support.ts';

const needs = (table: Readonly<Record<string, { readonly needs: readonly string[] }>>) =>
  Object.fromEntries(Object.entries(table).map(([name, source]) => [name, source.needs.toSorted()]));

describe('the sources that tagboat.yml may name', () => {
  it('are those that there is code for, with the secrets they need', () => {
    expect(needs(knownSources)).toEqual(needs(sources));
  });
});

describe('sources.github.redelivery', () => {
  const withRedelivery = (fields: string) =>
    edited('github:    { secret: kms:… }', `github: { secret: kms:…, redelivery: { ${fields} } }`);

  it('is a token, for github.com where nothing else is said, in a slot of its own', () => {
    const config = parseConfig(withRedelivery('token: kms:AAAA'));

    expect(config.sources.github?.redelivery).toEqual({
      token: 'kms:AAAA',
      host: 'github.com',
      organizations: [],
    });
    expect(secretSlots(config)).toContainEqual({
      slot: 'sources/github/token',
      path: ['sources', 'github', 'redelivery', 'token'],
      reference: 'kms:AAAA',
    });
  });

  it('names a host and organizations', () => {
    const fields = 'token: kms:AAAA, host: GitHub.example.com, organizations: [acme]';

    expect(parseConfig(withRedelivery(fields)).sources.github?.redelivery).toMatchObject({
      host: 'github.example.com',
      organizations: ['acme'],
    });
  });

  it.each([
    ['no token', 'host: github.com', 'token'],
    ['a token in clear', 'token: ghp_0123', 'token'],
    ['a token of the environment', 'token: env:TOKEN', 'env:'],
    ['what is no organization', 'token: kms:AAAA, organizations: [a/b]', 'organization'],
  ])('is refused with %s', (_name, fields, word) => {
    expect(problemsOf(withRedelivery(fields)).join()).toContain(word);
  });

  it('is of GitHub only', () => {
    const text = edited(
      'dockerhub: { key: kms:… }',
      'dockerhub: { key: kms:…, redelivery: { token: kms:A } }',
    );

    expect(problemsOf(text).join()).toContain('redelivery');
  });
});
