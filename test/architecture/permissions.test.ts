import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const root = path.join(import.meta.dirname, '..', '..');
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');

type Statement = { readonly Action: string | readonly string[]; readonly Resource: unknown };
const permissions = parse(read('infra/aws/permissions.yml'), { merge: true }) as Readonly<
  Record<string, readonly Statement[]>
>;

/** The files a function is made of: what its own file imports, and so on, types and the lazily loaded parts included. */
const closure = (file: string, seen = new Set<string>()): Set<string> => {
  if (seen.has(file)) return seen;
  seen.add(file);
  const text = read(file).replaceAll(/import type [^;]*;/g, '');
  for (const [, specifier = ''] of text.matchAll(/(?:from\s+|import\()'(\.[^']+)'/g))
    closure(path.posix.join(path.posix.dirname(file), specifier), seen);
  return seen;
};

/** Which job goes to which queue: see lib/release/queue/jobs.ts. */
const queueOf = {
  processQueue: 'ReleasesQueue',
  processQueueLater: 'ImagesQueue',
  checkImage: 'ImagesQueue',
  watchRollout: 'RolloutsQueue',
  notify: 'NotificationsQueue',
} as const;

const mentioned = (statements: readonly Statement[], action: string): string =>
  JSON.stringify(
    statements.filter((one) => JSON.stringify(one.Action).includes(action)).map(({ Resource }) => Resource),
  );

const functions = Object.keys(permissions);

describe('permissions', () => {
  it('are given to every function of serverless.yml', () => {
    expect(functions.toSorted()).toEqual(
      Object.keys((parse(read('serverless.yml')) as { functions: object }).functions).toSorted(),
    );
  });

  it.each(functions)('of %s allow just the queues that its code sends to', (name) => {
    const texts = [...closure(`functions/${name}.ts`)]
      .filter((file) => /^(?:lib\/(?:app|release|slack-app)|functions)\//.test(file))
      .map(read)
      .join('\n');
    const sends = Object.entries(queueOf).filter(
      ([job]) =>
        new RegExp(`\\bjobs\\s*\\.${job}\\(`).test(texts) || new RegExp(`^\\s+\\.${job}\\(`, 'm').test(texts),
    );
    const sendsCommands = /\bsendCommandJob\(queues/.test(texts);
    const sendsHooks = /\bawait sendHookJobs\(queues/.test(texts);
    const allowed = mentioned(permissions[name] ?? [], 'sqs:SendMessage');
    const queues = [...new Set(Object.values(queueOf)), 'CommandsQueue', 'HooksQueue'];

    expect(queues.filter((queue) => allowed.includes(queue))).toEqual(
      queues.filter(
        (queue) =>
          sends.some(([, to]) => to === queue) ||
          (sendsCommands && queue === 'CommandsQueue') ||
          (sendsHooks && queue === 'HooksQueue'),
      ),
    );
  });
});
