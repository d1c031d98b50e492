import { it } from 'vitest';
import { expectEveryChangeToLand } from './support/many-writers.ts';
import { useShell } from './support/shell.ts';

useShell();

it('many writers and a git CLI on one branch: every change lands, and no commit is lost', () =>
  expectEveryChangeToLand({ writers: 4, files: 2, pushesOfGit: 1 }));
