import { describe, expect, it } from 'vitest';
import { isInstalled } from '../support/installed.ts';
import { useShell } from '../git/support/shell.ts';
import { follow, prepareFirstTry, releasesOf } from './support/first-try.ts';

useShell();

const hasKustomize = isInstalled('kubectl') || isInstalled('kustomize');

it('x', async () => {
  const { start } = await prepareFirstTry('three-apps');
  const { stack, synced } = await start();
  console.log(JSON.stringify(synced, null, 1));
  for (const app of ['web', 'shop', 'api']) {
    const sample = await follow(stack, synced, app);
    console.log(JSON.stringify(sample));
  }
  for (const app of ['web', 'shop', 'api'])
    await expect
      .poll(async () => {
        await stack.gitops.agent.sync();
        return (await releasesOf(stack, app)).map(({ tag, state, reason }) => `${tag} ${state} ${reason}`);
      }, {timeout: 60_000})
      .toEqual([expect.stringMatching(/healthy/)]);
});
