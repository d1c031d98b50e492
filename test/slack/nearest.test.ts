import { expect, it } from 'vitest';
import { nearest } from '../../lib/slack/nearest.ts';

it.each([
  ['two letters swapped, as in tagboat.yml', 'edv', ['dev', 'prod'], ['dev']],
  ['a third of the letters', 'okeydkei', ['okeydokey', 'billing'], ['okeydokey']],
  ['more than a third', 'prd1', ['dev', 'qa'], []],
  ['a beginning before a likeness', 'sho', ['shoe-api', 'shop', 'sha'], ['shoe-api', 'shop', 'sha']],
  ['case', 'SHOP', ['shop'], ['shop']],
  ['at most three', 'a', ['a1', 'a2', 'a3', 'a4'], ['a1', 'a2', 'a3']],
  ['nothing typed', '', ['shop'], []],
])('%s', (_, given, names, near) => {
  expect(nearest(given, names)).toEqual(near);
});
