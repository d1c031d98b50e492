import { expect, test } from 'vitest';
import { listAll } from '../../../lib/cluster/connect/list.ts';
import { type Handler, sendJson, withServer } from '../support/server.ts';

const items = (...names: readonly string[]) =>
  names.map((name) => ({ metadata: { name, managedFields: [{ manager: 'kubelet' }] } }));

const pages =
  (first: () => number): Handler =>
  (_, response, url) => {
    const token = url.searchParams.get('continue');
    if (token === null)
      return sendJson(response, 200, {
        metadata: { resourceVersion: '7', continue: 'more' },
        items: items('a'),
      });
    return token === 'more' && first() > 0
      ? sendJson(response, 410, { reason: 'Expired', message: 'The provided continue parameter is too old' })
      : sendJson(response, 200, { metadata: { resourceVersion: '7', continue: '' }, items: items('b', 'c') });
  };

const request = { path: '/api/v1/namespaces/shop/pods', query: { labelSelector: 'app=web' }, what: 'pods' };

test('a large collection is read page by page, without what is never looked at', () =>
  withServer(
    pages(() => 0),
    async ({ cluster, requests }) => {
      expect(await listAll(cluster, request)).toEqual({
        items: [{ metadata: { name: 'a' } }, { metadata: { name: 'b' } }, { metadata: { name: 'c' } }],
        version: '7',
      });
      expect(requests.map(({ url }) => url.search)).toEqual([
        '?labelSelector=app%3Dweb&limit=500',
        '?labelSelector=app%3Dweb&limit=500&continue=more',
      ]);
    },
  ));

test('when the server has forgotten the moment, it is read once more from the start', () => {
  let forgotten = 2;
  return withServer(
    pages(() => --forgotten),
    async ({ cluster }) => {
      expect((await listAll(cluster, request)).items).toHaveLength(3);
      forgotten = 9;
      await expect(listAll(cluster, request)).rejects.toMatchObject({ cause: { status: 410 } });
    },
  );
});
