import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { connect } from '../../../lib/cluster/connect/connect.ts';
import { type RolloutProgress, watchRollout } from '../../../lib/cluster/watch/watch-rollout.ts';
import { parseImage } from '../../../lib/image.ts';
import type { ApiRelease } from '../../../lib/release/api/view.ts';
import { isUnderWay } from '../../../lib/release/model/release.ts';
import type { Stack } from '../stack/types.ts';
import { releaseHeaders } from './target.ts';

/** What a person is told about a release while it is under way. */
type ReleaseListener = {
  committed(release: ApiRelease, commit: string): void | Promise<void>;
  progress(progress: RolloutProgress): void;
};

const pollMs = 50;

/**
 * Follows a release to its end the way anybody could: by asking `GET /releases/{id}`, and by watching the cluster with the
 * kubeconfig that the stack wrote.
 * @param timeoutMs throws after so long
 */
export const followRelease = async (
  stack: Stack,
  id: string,
  listener: ReleaseListener,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<ApiRelease> => {
  const watching = new AbortController();
  const deadline = Date.now() + timeoutMs;
  let isCommitShown = false;
  let watch: Promise<void> | undefined;
  try {
    for (;;) {
      signal?.throwIfAborted();
      const release = await readRelease(stack, id);
      if (release.commit !== null && !isCommitShown) {
        isCommitShown = true;
        await listener.committed(release, release.commit);
      }
      if (release.state === 'rolling-out')
        watch ??= showProgress(stack, release, deadline, listener, watching.signal);
      if (!isUnderWay(release.state)) return release;
      if (Date.now() > deadline) throw new Error(`release ${id} is still ${release.state}`);
      await delay(pollMs, undefined, signal === undefined ? {} : { signal });
    }
  } finally {
    watching.abort();
    await watch;
  }
};

const readRelease = async (stack: Stack, id: string): Promise<ApiRelease> => {
  const response = await fetch(`${stack.url}/releases/${id}`, { headers: await releaseHeaders(stack) });
  if (!response.ok) throw new Error(`GET /releases/${id} answered ${response.status}`);
  return (await response.json()) as ApiRelease;
};

/** The verdict is the poller's; this only shows what it sees meanwhile. */
const showProgress = async (
  stack: Stack,
  release: ApiRelease,
  deadline: number,
  listener: ReleaseListener,
  signal: AbortSignal,
): Promise<void> => {
  try {
    const cluster = connect({ kubeconfig: readFileSync(stack.kubeconfigPath, 'utf8') });
    await watchRollout(cluster, {
      workloads: release.workloads,
      image: parseImage(release.image).name,
      tag: release.tag,
      mode: 'apply',
      deadline,
      until: deadline,
      onProgress: listener.progress,
      signal,
    });
  } catch {
    // Ended with the release, or could not look: either way the release says how it went.
  }
};
