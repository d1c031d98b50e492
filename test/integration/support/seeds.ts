import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { monotonicFactory } from 'ulid';
import { readService } from '../../../infra/local/runtime/service/service.ts';
import type { Stack } from '../../../infra/local/stack/types.ts';
import { createStore } from '../../../lib/release/record/store.ts';
import { createTable } from '../../../lib/store/table.ts';
import { createTimeLeft } from '../../../lib/time-left.ts';
import { digest, fixedClock } from '../../release/support/context.ts';

const project = path.join(import.meta.dirname, '..', '..', '..');
const releasesTable = readService(path.join(project, 'serverless.yml')).resources.ReleasesTable;

const clock = fixedClock(Date.parse('2024-01-01T00:00:00Z'));

/** The record of a stack, as a function has it; what is recorded through it comes before anything that the stack records. */
export const storeOf = (stack: Stack) => {
  const name = releasesTable?.type === 'table' ? releasesTable.name : '';
  const timeLeft = createTimeLeft(clock, { patient: true });
  const table = createTable(async () => stack.aws.dynamodb, name, timeLeft);
  const ulid = monotonicFactory();
  return createStore({ table, clock, newId: (now) => ulid(now) });
};
type Store = ReturnType<typeof storeOf>;

/** Records a release, and brings it into a state without any function. */
export const seed = async (
  store: Store,
  app: string,
  environment: string,
  tag: string,
  kind: 'release' | 'undo',
  undoes?: string,
) => {
  const { release } = await store.record(
    {
      app,
      environment,
      kind,
      image: `docker.io/example/${app}`,
      tag,
      digest: environment === 'staging' ? undefined : digest('a'),
      requestedBy: { type: 'webhook', source: 'github', user: 'octocat' },
      source: 'github',
      delivery: randomUUID(),
      group: 'seeded',
      undoes,
      claim: randomUUID(),
    },
    'work#nobody',
    Number.MAX_SAFE_INTEGER,
  );
  return release;
};

/** v1.0.0 was healthy; v1.1.0 is committed, and was being delivered. */
export const seedCommitted = async (store: Store, app: string, environment: string) => {
  // The registry has no such image of staging, where the undo asks for it.
  const before = environment === 'staging' ? 'v0.9.0' : 'v1.0.0';
  const healthy = await seed(store, app, environment, before, 'release');
  await store.advance(healthy, 'committed', { commit: 'c1' });
  await store.advance(healthy, 'rolling-out');
  await store.advance(healthy, 'healthy');
  const broken = await seed(store, app, environment, 'v1.1.0', 'release');
  await store.advance(broken, 'committed', { commit: 'c2' });
  return broken;
};

/** An undo that could not be committed, of what stands; that is held for it. */
export const seedUndo = async (store: Store, app: string, environment: string) => {
  const standing = await seed(store, app, environment, 'v2.0.0', 'release');
  await store.advance(standing, 'committed', { commit: 'c3' });
  await store.advance(standing, 'rolling-out');
  await store.advance(standing, 'healthy');
  await store.hold({
    app,
    environment,
    tag: 'v2.0.0',
    digest: standing.digest,
    by: { type: 'slack', user: 'U024BE7LH' },
    reason: { code: 'undone' },
    createdAt: new Date(clock.now()).toISOString(),
    release: standing.id,
  });
  return seed(store, app, environment, 'v1.0.0', 'undo', standing.id);
};
