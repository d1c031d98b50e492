import { it } from 'vitest';
import { expectEveryChangeToLand } from './support/many-writers.ts';
import { useShell } from './support/shell.ts';

useShell();

it.each([16, 50])(
  '%d writers and a git CLI on one branch: every change lands, and no commit is lost',
  (writers) => expectEveryChangeToLand({ writers, files: 10, pushesOfGit: 5 }),
);
