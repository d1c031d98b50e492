import { createHash } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { codeOf, type Fixture, sha256, startFixture, unknownDigest } from './fixture.ts';

describe('blobs', () => {
  let fixture: Fixture;
  beforeEach(async () => {
    fixture = await startFixture();
  });
  afterEach(() => fixture[Symbol.asyncDispose]());

  it('are uploaded in one request', async () => {
    const digest = await fixture.putBlob('team/app', 'layer');

    const got = await fixture.ask(`/v2/team/app/blobs/${digest}`);

    expect(await got.text()).toBe('layer');
    expect(got.headers.get('docker-content-digest')).toBe(digest);
    expect(got.headers.get('content-type')).toBe('application/octet-stream');
  });

  it('are uploaded with a POST and a PUT', async () => {
    const digest = sha256('layer');
    const begun = await fixture.ask('/v2/team/app/blobs/uploads/', { method: 'POST' });
    const location = begun.headers.get('location') ?? '';
    const put = await fixture.ask(`${location}?digest=${encodeURIComponent(digest)}`, {
      method: 'PUT',
      body: 'layer',
    });
    const head = await fixture.ask(put.headers.get('location') ?? '', { method: 'HEAD' });

    expect(begun.status).toBe(202);
    expect(begun.headers.get('docker-upload-uuid')).toMatch(/^[0-9a-f-]{36}$/);
    expect(put.status).toBe(201);
    expect(put.headers.get('docker-content-digest')).toBe(digest);
    expect(head.status).toBe(200);
    expect(head.headers.get('content-length')).toBe('5');
  });

  it('whose upload is not finished within an hour are forgotten', async () => {
    const begin = async (): Promise<string> => {
      const begun = await fixture.ask('/v2/app/blobs/uploads/', { method: 'POST' });
      return begun.headers.get('location') ?? '';
    };
    const [abandoned, slow] = [await begin(), await begin()];
    await fixture.ask(abandoned, { method: 'PATCH', body: 'abc' });

    fixture.advance(40 * 60_000);
    const chunk = await fixture.ask(slow, { method: 'PATCH', body: 'abc' });
    fixture.advance(40 * 60_000);
    const [gone, kept] = [await fixture.ask(abandoned), await fixture.ask(slow)];

    expect([chunk.status, gone.status, kept.status]).toEqual([202, 404, 204]);
    expect(await fixture.unfinished()).toBe(1);
  });

  it('are uploaded in chunks, which have to come in order', async () => {
    const begun = await fixture.ask('/v2/app/blobs/uploads/', { method: 'POST' });
    const location = begun.headers.get('location') ?? '';
    const patch = (range: string, body: string): Promise<Response> =>
      fixture.ask(location, { method: 'PATCH', headers: { 'content-range': range }, body });

    const first = await patch('0-2', 'abc');
    const gap = await patch('4-5', 'ef');
    const status = await fixture.ask(location);
    const second = await patch('3-5', 'def');
    const put = await fixture.ask(`${location}?digest=${sha256('abcdef')}`, { method: 'PUT' });

    expect([first.status, first.headers.get('range')]).toEqual([202, '0-2']);
    expect([gap.status, gap.headers.get('range'), await codeOf(gap)]).toEqual([
      416,
      '0-2',
      'BLOB_UPLOAD_INVALID',
    ]);
    expect([status.status, status.headers.get('range')]).toEqual([204, '0-2']);
    expect([second.status, second.headers.get('range')]).toEqual([202, '0-5']);
    expect(put.status).toBe(201);
  });

  it('go on where a broken connection left them', async () => {
    const begun = await fixture.ask('/v2/app/blobs/uploads/', { method: 'POST' });
    const location = begun.headers.get('location') ?? '';
    const broken = httpRequest(new URL(location, `http://127.0.0.1:${fixture.port}`), {
      method: 'PATCH',
      headers: { 'content-length': 6 },
    });
    broken.on('error', () => {});
    broken.write('abc', () => broken.destroy());
    // What had arrived depends on the moment; the server says how much it was.
    const resume = async (): Promise<Response> => {
      const start = (await fixture.ask(location)).headers.get('range') === '0-2' ? 3 : 0;
      const rest = await fixture.ask(location, {
        method: 'PATCH',
        headers: { 'content-range': `${start}-5` },
        body: 'abcdef'.slice(start),
      });
      return rest.status === 202 ? rest : resume();
    };

    const resumed = await resume();
    const put = await fixture.ask(`${location}?digest=${sha256('abcdef')}`, { method: 'PUT' });

    expect(resumed.headers.get('range')).toBe('0-5');
    expect(put.status).toBe(201);
  });

  it('are mounted from another repository, or uploaded where it has none', async () => {
    const digest = await fixture.putBlob('team/base', 'layer');
    const mount = (what: string): Promise<Response> =>
      fixture.ask(`/v2/team/app/blobs/uploads/?mount=${what}&from=team/base`, { method: 'POST' });

    const mounted = await mount(digest);
    const unknown = await mount(unknownDigest);
    const head = await fixture.ask(`/v2/team/app/blobs/${digest}`, { method: 'HEAD' });

    expect([mounted.status, mounted.headers.get('location')]).toEqual([201, `/v2/team/app/blobs/${digest}`]);
    expect(unknown.status).toBe(202);
    expect(head.status).toBe(200);
  });

  it('belong to the repository they were pushed to', async () => {
    const digest = await fixture.putBlob('team/app', 'layer');

    const elsewhere = await fixture.ask(`/v2/team/other/blobs/${digest}`);

    expect([elsewhere.status, await codeOf(elsewhere)]).toEqual([404, 'BLOB_UNKNOWN']);
  });

  it('are refused with a wrong digest', async () => {
    const wrong = await fixture.ask(`/v2/app/blobs/uploads/?digest=${unknownDigest}`, {
      method: 'POST',
      body: 'layer',
    });
    const kept = await fixture.ask(`/v2/app/blobs/${unknownDigest}`, { method: 'HEAD' });

    expect([wrong.status, await codeOf(wrong)]).toEqual([400, 'DIGEST_INVALID']);
    expect(kept.status).toBe(404);
  });

  it('may have a sha512 digest', async () => {
    const digest = `sha512:${createHash('sha512').update('layer').digest('hex')}`;

    const put = await fixture.ask(`/v2/app/blobs/uploads/?digest=${digest}`, {
      method: 'POST',
      body: 'layer',
    });

    expect(put.status).toBe(201);
    expect(await (await fixture.ask(`/v2/app/blobs/${digest}`)).text()).toBe('layer');
  });

  it('are refused over the limit, and the connection lives on', async () => {
    const body = Buffer.alloc(100_001);

    const tooLarge = await fixture.ask(`/v2/app/blobs/uploads/?digest=${sha256(body)}`, {
      method: 'POST',
      body,
    });

    expect([tooLarge.status, await codeOf(tooLarge)]).toEqual([413, 'SIZE_INVALID']);
  });

  it('are forgotten with an upload that is cancelled', async () => {
    const location =
      (await fixture.ask('/v2/app/blobs/uploads/', { method: 'POST' })).headers.get('location') ?? '';

    const cancelled = await fixture.ask(location, { method: 'DELETE' });
    const gone = await fixture.ask(location, { method: 'PATCH', body: 'x' });

    expect(cancelled.status).toBe(204);
    expect([gone.status, await codeOf(gone)]).toEqual([404, 'BLOB_UPLOAD_UNKNOWN']);
  });
});
