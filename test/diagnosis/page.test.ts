import { describe, expect, it } from 'vitest';
import { diagnosisCauses } from '../../lib/cluster/diagnose/finding.ts';
import { isWriting, readBlocks } from './page.ts';
import { scenarios } from './scenarios.ts';

describe('docs/diagnosis.md', () => {
  it.skipIf(isWriting)('has what came out of every scenario on every cluster, and nothing else', () => {
    const wanted = scenarios.flatMap(({ name, on }) => on.map((cluster) => `${name} ${cluster}`));

    expect([...readBlocks().keys()].toSorted()).toEqual(wanted.toSorted());
  });

  it('has every cause', () => {
    const shown = new Set(scenarios.flatMap(({ causes }) => causes));

    // What is not recognised is shown in the cluster's own words.
    expect(diagnosisCauses.filter((cause) => !shown.has(cause))).toEqual(['unknown']);
  });

  it.each([...readBlocks()])('tells no secret: %s', (_, block) => {
    expect(block).not.toMatch(/hunter2|wJalrXUtnFEMI|c2VjcmV0|AKIAIOSFODNN7EXAMPLE|MHcCAQEE/);
  });
});
