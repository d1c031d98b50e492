import { expect, it } from 'vitest';
import { createHarness } from '../support/harness.ts';
import { hooksOfApp as hooks } from '../support/hooks.ts';

const place = { app: 'app', environment: 'production' } as const;

const podWith = (...tags: readonly string[]) => `apiVersion: v1
kind: Pod
metadata: { name: x }
spec:
  containers: [${tags.map((tag, at) => `{ name: x${at}, image: 'example/app:${tag}' }`).join(', ')}]
`;

/** v1.2.0 was released, somebody changes the config repo to these tags, and an undo puts v1.1.0 into all places. */
const heldAfter = async (...tags: readonly string[]) => {
  const harness = createHarness();
  await harness.hook(hooks.dockerhub('v1.1.0'));
  await harness.hook(hooks.dockerhub('v1.2.0'));
  harness.repo.commits.push(podWith(...tags));
  await harness.say({ type: 'undo', ...place, to: 'v1.1.0' });
  expect(harness.repo.commits.at(-1)).toBe(podWith(...tags.map(() => 'v1.1.0')));
  const held = await harness.held();
  // What the undo was asked about.
  expect(held).toContain('v1.2.0');
  return held.filter((tag) => tag !== 'v1.2.0');
};

it.each([
  ['the newer of two', ['v1.0.0', 'v1.3.0-hot'], ['v1.3.0-hot']],
  ['wherever it stands', ['v1.3.0-hot', 'v1.0.0'], ['v1.3.0-hot']],
  ['all that are newer', ['v1.4.0', 'v1.0.0', 'v1.3.0'], ['v1.3.0', 'v1.4.0']],
  ['what has no order', ['v1.0.0', 'hotfix'], ['hotfix']],
  ['not what stays', ['v1.1.0', 'v1.3.0'], ['v1.3.0']],
])('what an undo takes out of several places is held: %s', async (_name, tags, held) => {
  expect(await heldAfter(...tags)).toEqual(held);
});
