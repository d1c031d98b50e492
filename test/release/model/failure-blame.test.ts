import { expect, it } from 'vitest';
import { blameOf, clipDiagnoses } from '../../../lib/release/model/failure-blame.ts';

const found = (...causes: readonly string[]) =>
  causes.map((cause) => {
    const [name = '', outside] = cause.split(' ');
    return { cause: name, summary: '', evidence: [], next: '', ...(outside ? { outside: true } : {}) };
  });

it.each([
  ['nobody judged the rollout', undefined, 'outside'],
  ['it was judged, and nothing was found', [], 'unclear'],
  ['it crashes', found('crash-loop'), 'version'],
  ['the image is not there', found('image-pull', 'progress-deadline'), 'version'],
  ['the registry does not answer', found('image-pull outside', 'progress-deadline'), 'outside'],
  ['there is no room', found('unschedulable', 'timeout'), 'outside'],
  ['there is no room for one, and another is not ready', found('unschedulable', 'not-ready'), 'version'],
  ['it took too long', found('timeout'), 'unclear'],
  ['a policy refuses it', found('policy'), 'unclear'],
  ['a policy refuses the pod template', found('policy outside'), 'outside'],
  ['a later version of Tagboat found something', found('moon-phase'), 'unclear'],
])('who is to blame where %s', (_name, diagnosis, blame) => {
  expect(blameOf({ diagnosis })).toBe(blame);
});

it.each([
  [
    'a version cause that comes last',
    ['unschedulable', 'unschedulable', 'crash-loop'],
    ['unschedulable', 'crash-loop'],
  ],
  ['a cause outside that comes last', ['policy', 'policy', 'quota'], ['policy', 'quota']],
  ['the first ones, where they decide', ['crash-loop', 'quota', 'not-ready'], ['crash-loop', 'quota']],
  ['all, where there are no more', ['quota', 'crash-loop'], ['quota', 'crash-loop']],
  ['none', [], []],
])('of many diagnoses are recorded: %s', (_name, causes, recorded) => {
  const clipped = clipDiagnoses(found(...causes), 2);
  expect(clipped.map(({ cause }) => cause)).toEqual(recorded);
  expect(blameOf({ diagnosis: clipped })).toBe(blameOf({ diagnosis: found(...causes) }));
});
