import { afterAll, beforeAll, beforeEach, onTestFailed, onTestFinished } from 'vitest';
import { startStack } from '../../../infra/local/stack/stack.ts';
import type { Stack } from '../../../infra/local/stack/types.ts';
import { logScanner } from '../../support/scanned-log.ts';
import { keepLog } from './log.ts';
import { type Project, type ProjectOptions, startProject } from './project.ts';

/** A project that the tests of a file or a block share; of a test that fails its part of the log is shown. */
export const shareProject = (options: ProjectOptions | (() => Promise<ProjectOptions>)): (() => Project) => {
  let project: Project | undefined;
  const get = (): Project => {
    if (project === undefined) throw new Error('the project is not started yet');
    return project;
  };
  beforeAll(async () => {
    project = await startProject(typeof options === 'function' ? await options() : options);
    await project.stack.registry.push('example/proxy', 'v1');
  });
  afterAll(() => project?.close());
  beforeEach(({ onTestFailed: whenItFails }) => {
    const from = get().log.length();
    whenItFails(() => get().log.print(from));
  });
  return get;
};

/** A project for one test, whose log is shown where it fails. */
export const startOwnProject = async (options: ProjectOptions): Promise<Project> => {
  const project = await startProject(options);
  onTestFailed(() => project.log.print());
  onTestFinished(project.close);
  await project.stack.registry.push('example/proxy', 'v1');
  return project;
};

/** A stack of the example that the tests of a block share. */
export const shareStack = (): (() => Stack) => {
  const log = keepLog();
  let stack: Stack | undefined;
  beforeAll(async () => {
    stack = await startStack({ stateDirectory: undefined, port: 0, logger: log.logger });
    logScanner.expectNone(...Object.values(stack.secrets));
  });
  afterAll(() => stack?.close());
  beforeEach(({ onTestFailed: whenItFails }) => {
    const from = log.length();
    whenItFails(() => log.print(from));
  });
  return () => {
    if (stack === undefined) throw new Error('the stack is not started yet');
    return stack;
  };
};
