/** Runs one method once in a process of its own, so that its memory is its own and nothing is compiled yet. */
import { once } from 'node:events';

const [, , method = '', url = '', tag = ''] = process.argv;

/** What is loaded and prepared before the clock starts. */
const prepared = async (): Promise<() => Promise<void>> => {
  if (method.startsWith('isomorphic')) {
    const { writeIsomorphic, writeIsomorphicByHand } = await import('./isomorphic.ts');
    return () => (method === 'isomorphic' ? writeIsomorphic : writeIsomorphicByHand)(url, tag);
  }
  const { newCache, writeOurs } = await import('./ours.ts');
  const cache = newCache();
  if (method === 'warm') await writeOurs(url, `${tag}-before`, cache);
  return () => writeOurs(url, tag, cache);
};

const write = await prepared();
process.send?.('ready');
await once(process, 'message');
const start = performance.now();
await write();
const ms = performance.now() - start;
process.send?.({ ms, megabytes: process.resourceUsage().maxRSS / 1024 });
process.disconnect?.();
