import { describe, expect, it } from 'vitest';
import { knownSources } from '../../lib/config/sources.ts';
import { sources } from '../../lib/sources/catalog.ts';

const needs = (table: Readonly<Record<string, { readonly needs: readonly string[] }>>) =>
  Object.fromEntries(Object.entries(table).map(([name, source]) => [name, source.needs.toSorted()]));

describe('the sources that tagboat.yml may name', () => {
  it('are those that there is code for, with the secrets they need', () => {
    expect(needs(knownSources)).toEqual(needs(sources));
  });
});
