import { describe, expect, it } from 'vitest';
import { encodePacket, flushPacket } from '../../lib/git/pkt-line.ts';
import { hangUp, lines, receiveResult, useMoodyServer, with200 } from './support/moody-server.ts';
import { change, meta } from './support/remote-fixture.ts';

const moody = useMoodyServer();

describe('a push answered with', () => {
  it.each([
    {
      name: 'failed to update ref',
      answered: lines('unpack ok', 'ng refs/heads/main failed to update ref'),
    },
    { name: 'fetch first', answered: lines('unpack ok', 'ng refs/heads/main fetch first') },
    { name: 'stale info', answered: lines('unpack ok', 'ng refs/heads/main stale info') },
    { name: 'non-fast-forward', answered: lines('unpack ok', 'ng refs/heads/main non-fast-forward') },
    {
      name: 'a lock',
      answered: lines(
        'unpack ok',
        "ng refs/heads/main cannot lock ref 'refs/heads/main': is at a but expected b",
      ),
    },
    {
      name: 'missing objects of an old tip',
      answered: lines('unpack ok', 'ng refs/heads/main missing necessary objects'),
    },
  ])('$name is a branch that moved', async ({ answered }) => {
    moody.answer('receive', 1, with200(receiveResult, answered));

    expect(await moody.release()).toEqual({ type: 'moved' });
  });

  it.each([
    {
      name: 'a hook',
      answered: lines('unpack ok', 'ng refs/heads/main pre-receive hook declined'),
      code: 'git-push-refused',
    },
    {
      name: 'a protected branch',
      answered: lines('unpack ok', 'ng refs/heads/main protected branch hook declined'),
      code: 'git-push-refused',
    },
    {
      name: 'unpack trouble',
      answered: lines('unpack index-pack abnormal exit', 'ng refs/heads/main unpacker error'),
      code: 'git-push-refused',
    },
    {
      name: 'the trouble of the server',
      answered: lines('unpack ok', 'ng refs/heads/main Internal Server Error'),
      code: 'git-unreachable',
    },
    {
      name: 'fatal words',
      answered: Buffer.concat([encodePacket('\u0003quota exceeded'), flushPacket]),
      code: 'git-push-refused',
    },
    {
      name: 'a report on another branch',
      answered: lines('unpack ok', 'ok refs/heads/other'),
      code: 'git-protocol',
    },
    { name: 'no report', answered: flushPacket, code: 'git-protocol' },
    { name: 'nothing', answered: Buffer.alloc(0), code: 'git-protocol' },
  ])('$name is $code', async ({ answered, code }) => {
    moody.answer('receive', 1, with200(receiveResult, answered));

    await expect(moody.release()).rejects.toThrow(expect.objectContaining({ code }));
  });

  it('the beginning of a report, though it was done, is found done by the next attempt', async () => {
    const remote = moody.open();
    const tip = await remote.tip();
    moody.server().intercept = async (request, response) => {
      if (!(request.url ?? '').endsWith('/git-receive-pack')) return false;
      moody.server().intercept = () => false;
      await moody.passOn(request);
      hangUp(receiveResult)(request, response);
      return true;
    };

    await expect(tip.commit(change('a.yml', 'lost\n'), meta)).rejects.toThrow(
      expect.objectContaining({ code: 'git-unreachable' }),
    );

    const pushed = moody.repository().tip();
    const again = await (await remote.tip()).commit(change('a.yml', 'lost\n'), meta);
    expect(again).toEqual({ type: 'pushed', commit: pushed });
    expect(pushed).not.toBe(tip.revision);
  });
});

describe('a kept connection', () => {
  it('that the server has closed meanwhile is replaced', async () => {
    const remote = moody.open();
    const tip = await remote.tip();
    let dropped = 0;
    moody.server().intercept = (request) => {
      if (dropped > 0 || !(request.url ?? '').endsWith('/git-upload-pack')) return false;
      dropped += 1;
      request.socket.destroy();
      return true;
    };

    const found = await tip.files(['*.yml']);

    expect(found.map(({ path }) => path)).toContain('a.yml');
    expect(dropped).toBe(1);
  });

  it('that breaks after a push was done: the push counts once', async () => {
    const remote = moody.open();
    const tip = await remote.tip();
    const before = moody.repository().history().length;
    let pushes = 0;
    moody.server().intercept = async (request) => {
      if (!(request.url ?? '').endsWith('/git-receive-pack')) return false;
      pushes += 1;
      if (pushes > 1) return false;
      await moody.passOn(request);
      request.socket.destroy();
      return true;
    };

    const outcome = await tip.commit(change('once.yml', 'x\n'), meta);

    expect(outcome).toEqual({ type: 'pushed', commit: moody.repository().tip() });
    expect(moody.repository().history()).toHaveLength(before + 1);
  });
});
