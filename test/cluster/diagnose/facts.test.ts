import { expect, test } from 'vitest';
import { gather } from '../../../lib/cluster/diagnose/facts.ts';
import { workload } from '../support/fixture.ts';
import { sendJson, withServer } from '../support/server.ts';
import { events, ref } from '../support/watching.ts';

test('the events of a workload are found behind those of a busy namespace', () => {
  const about = (name: string) => ({ reason: 'Failed', involvedObject: { name, uid: name } });
  return withServer(
    (_, response, { pathname, searchParams }) => {
      if (pathname.endsWith('/deployments/web')) return sendJson(response, 200, workload('Deployment'));
      if (pathname !== events) return sendJson(response, 200, { items: [] });
      const page = Number(searchParams.get('continue') ?? 0);
      const items = page < 4 ? Array.from({ length: 500 }, () => about('api-1')) : [about('web-1-abc')];
      return sendJson(response, 200, { metadata: page < 4 ? { continue: String(page + 1) } : {}, items });
    },
    async ({ cluster }) => {
      const found = (await gather(cluster, ref)).events.map(({ involvedObject }) => involvedObject.name);
      // Warnings, and what was killed.
      expect(found).toEqual(['web-1-abc', 'web-1-abc']);
    },
  );
});
