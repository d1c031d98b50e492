import type { IncomingMessage, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { writePack } from '../../lib/git/pack-write.ts';
import { encodePacket, flushPacket } from '../../lib/git/pkt-line.ts';
import {
  type Answer,
  advertisement,
  endless,
  hangUp,
  lines,
  uploadResult,
  useMoodyServer,
  with200,
  withPack,
} from './support/moody-server.ts';

const moody = useMoodyServer();

const otherPack = writePack([{ type: 'blob', data: Buffer.from('something else') }]);

describe('a server that answers discovery or a fetch with', () => {
  it.each<{ name: string; service: 'info' | 'upload'; nth: number; respond: Answer; code: string }>([
    {
      name: 'a login page',
      service: 'info',
      nth: 1,
      respond: with200({ 'content-type': 'text/html' }, '<html>'),
      code: 'git-protocol',
    },
    {
      name: 'the dumb protocol',
      service: 'info',
      nth: 1,
      respond: with200({ 'content-type': 'text/plain' }, `${'a'.repeat(40)}\trefs/heads/main\n`),
      code: 'git-unsupported',
    },
    {
      name: 'nonsense',
      service: 'info',
      nth: 1,
      respond: with200(advertisement, 'nonsense'),
      code: 'git-protocol',
    },
    { name: 'nothing', service: 'info', nth: 1, respond: with200(advertisement, ''), code: 'git-protocol' },
    {
      name: 'half an advertisement',
      service: 'info',
      nth: 1,
      respond: with200(advertisement, '000eversion 2\n'),
      code: 'git-protocol',
    },
    {
      name: 'an error packet',
      service: 'info',
      nth: 1,
      respond: with200(advertisement, encodePacket('ERR Repository not found.')),
      code: 'git-not-found',
    },
    {
      name: 'an error packet about access',
      service: 'info',
      nth: 1,
      respond: with200(advertisement, encodePacket('ERR access denied')),
      code: 'git-denied',
    },
    {
      name: 'an unknown object format',
      service: 'info',
      nth: 1,
      respond: with200(advertisement, lines('version 2', 'ls-refs', 'fetch=shallow', 'object-format=sha256')),
      code: 'git-unsupported',
    },
    {
      name: 'no fetches',
      service: 'info',
      nth: 1,
      respond: with200(advertisement, lines('version 2', 'ls-refs')),
      code: 'git-unsupported',
    },
    {
      name: 'a branch that is no object id',
      service: 'upload',
      nth: 1,
      respond: with200(uploadResult, lines('main refs/heads/main')),
      code: 'git-protocol',
    },
    {
      name: 'an empty list cut short',
      service: 'upload',
      nth: 1,
      respond: with200(uploadResult, ''),
      code: 'git-protocol',
    },
    {
      name: 'a truncated pack',
      service: 'upload',
      nth: 2,
      respond: with200(uploadResult, withPack(otherPack.subarray(0, -25))),
      code: 'git-protocol',
    },
    {
      name: 'a pack whose checksum is wrong',
      service: 'upload',
      nth: 2,
      respond: with200(uploadResult, withPack(Buffer.concat([otherPack.subarray(0, -1), Buffer.from([0])]))),
      code: 'git-protocol',
    },
    {
      name: 'another object',
      service: 'upload',
      nth: 2,
      respond: with200(uploadResult, withPack(otherPack)),
      code: 'git-protocol',
    },
    {
      name: 'another blob',
      service: 'upload',
      nth: 3,
      respond: with200(uploadResult, withPack(otherPack)),
      code: 'git-protocol',
    },
    {
      name: 'no pack at all',
      service: 'upload',
      nth: 2,
      respond: with200(uploadResult, flushPacket),
      code: 'git-protocol',
    },
    {
      name: 'an answer without its end',
      service: 'upload',
      nth: 2,
      respond: with200(uploadResult, withPack(otherPack).subarray(0, -4)),
      code: 'git-protocol',
    },
    {
      name: 'a page of HTML',
      service: 'upload',
      nth: 2,
      respond: with200({ 'content-type': 'text/html' }, '<html>'),
      code: 'git-protocol',
    },
    {
      name: 'a broken connection',
      service: 'upload',
      nth: 2,
      respond: hangUp(uploadResult),
      code: 'git-unreachable',
    },
    {
      name: 'a length beyond the limit',
      service: 'upload',
      nth: 2,
      respond: (_, response) =>
        response.writeHead(200, { ...uploadResult, 'content-length': '99999999999' }).flushHeaders(),
      code: 'git-too-large',
    },
    { name: 'an endless body', service: 'upload', nth: 2, respond: endless, code: 'git-too-large' },
    {
      name: 'a body that inflates without end',
      service: 'upload',
      nth: 2,
      respond: with200({ ...uploadResult, 'content-encoding': 'gzip' }, gzipSync(Buffer.alloc(20_000_000))),
      code: 'git-too-large',
    },
    {
      name: 'a body that does not inflate',
      service: 'upload',
      nth: 2,
      respond: with200({ ...uploadResult, 'content-encoding': 'gzip' }, 'not gzip'),
      code: 'git-protocol',
    },
    {
      name: 'an unknown encoding',
      service: 'upload',
      nth: 2,
      respond: with200({ ...uploadResult, 'content-encoding': 'br' }, 'x'),
      code: 'git-protocol',
    },
  ])('$name: $code', async ({ service, nth, respond, code }) => {
    moody.answer(service, nth, respond);

    await expect(moody.release({ limits: { responseBytes: 1_000_000 } })).rejects.toThrow(
      expect.objectContaining({ name: 'TagboatError', code }),
    );
  });

  it.each([
    { name: 'nothing, ever', respond: () => {} },
    {
      name: 'a beginning and no end',
      respond: (_: IncomingMessage, response: ServerResponse) => {
        response.writeHead(200, uploadResult).write('0010');
      },
    },
  ])('$name: git-unreachable once the time is up', async ({ respond }) => {
    moody.answer('upload', 2, respond);

    await expect(moody.release({ limits: { requestTimeoutMs: 300 } })).rejects.toThrow(
      expect.objectContaining({
        code: 'git-unreachable',
        retry: 'retryable',
        message: expect.stringContaining('did not answer within 300 ms'),
      }),
    );
  });

  it('nothing, while the caller gives up: git-unreachable', async () => {
    const controller = new AbortController();
    moody.answer('upload', 2, () => controller.abort());

    await expect(moody.release({ signal: controller.signal })).rejects.toThrow(
      expect.objectContaining({ code: 'git-unreachable' }),
    );
  });

  it('gzip: as though it were none', async () => {
    const before = moody.repository().tip();
    const body = lines(`${before} refs/heads/main`);
    moody.answer('upload', 1, with200({ ...uploadResult, 'content-encoding': 'gzip' }, gzipSync(body)));

    expect((await moody.release()).type).toBe('pushed');
  });
});
