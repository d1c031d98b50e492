import { describe, expect, it } from 'vitest';
import { actorText } from '../../../lib/actor.ts';
import type { RolloutVerdict } from '../../../lib/cluster/watch/watch-rollout.ts';
import { TagboatError } from '../../../lib/errors.ts';
import type { Release } from '../../../lib/release/model/release.ts';
import { pauseRollout } from '../../../lib/release/rollout/pause.ts';
import { watchRelease } from '../../../lib/release/rollout/watch.ts';
import { actor } from '../../support/records.ts';
import { bob, createWorld, rollingOut, type World } from '../support/harness.ts';
import { hooksOfApp as hooks } from '../support/hooks.ts';

const place = { app: 'app', environment: 'production' } as const;
const pause = { type: 'pause', ...place } as const;
const resume = { type: 'resume', ...place } as const;
const minute = 60_000;

/** v1.1.0 is rolling out, for a minute now; it has five. */
const arrange = async () => {
  const world = createWorld();
  world.verdicts.set('v1.1.0', rollingOut);
  const start = world.clock.now();
  await world.hook(hooks.dockerhub('v1.1.0'));
  await world.pass(minute);
  return { ...world, deadline: start + 5 * minute };
};

const only = async ({ newest }: Pick<World, 'newest'>): Promise<Release> => {
  const release = await newest();
  if (release === undefined) throw new Error('nothing was released');
  return release;
};

describe('a paused release', () => {
  it('does not time out however long it stays so, and then has the time left that it had', async () => {
    const world = await arrange();

    expect(await world.say(pause)).toBe('app → production: the rollout is paused');
    await world.pass(3 * 60 * minute);
    expect(await only(world)).toMatchObject({
      state: 'rolling-out',
      paused: { by: actor('slack:U024BE7LH') },
    });
    expect(await world.say(resume)).toBe('app → production: the rollout goes on');
    const left = (await only(world)).deadline ?? 0;

    expect(left - world.clock.now()).toBe(4 * minute);
    await world.pass(4 * minute - 1);
    expect((await only(world)).state).toBe('rolling-out');
    await world.pass(2 * minute);
    expect(await only(world)).toMatchObject({ state: 'failed', reason: { message: 'not done in time' } });
  });

  it('has what it had left also after several pauses', async () => {
    const world = await arrange();
    for (let round = 0; round < 3; round++) {
      await world.say(pause);
      await world.pass(10 * minute);
      await world.say(resume);
      await world.pass(minute);
    }

    expect(((await only(world)).deadline ?? 0) - world.clock.now()).toBe(minute);
  });

  it('is undone all the same: the undo lets the workload go on', async () => {
    const world = await arrange();
    await world.say(pause);

    await world.say({ type: 'undo', ...place });

    expect(world.cluster).toMatchObject({ tag: 'v1.0.0', paused: false });
    expect(await world.history()).toEqual(['#2 undo v1.0.0 healthy', '#1 release v1.1.0 undone']);
    expect((await only(world)).paused).toBeUndefined();
  });

  it('passes its pause on to whatever overtakes it, which waits too', async () => {
    const world = await arrange();
    world.verdicts.set('v1.2.0', rollingOut);
    await world.say(pause);
    await world.hook(hooks.dockerhub('v1.2.0'));
    await world.pass(60 * minute);
    expect(await only(world)).toMatchObject({
      tag: 'v1.2.0',
      state: 'rolling-out',
      paused: { by: actor('slack:U024BE7LH') },
    });

    world.verdicts.delete('v1.2.0');
    await world.say(resume);
    await world.pass(2 * minute);

    expect(world.cluster.paused).toBe(false);
    expect((await only(world)).state).toBe('healthy');
  });

  it('may be paused before it begins: what stands is healthy then, and the next one waits', async () => {
    const world = await arrange();
    world.verdicts.delete('v1.1.0');
    await world.pass(2 * minute);
    expect((await only(world)).state).toBe('healthy');
    await world.say(pause);
    world.verdicts.set('v1.2.0', rollingOut);

    await world.hook(hooks.dockerhub('v1.2.0'));
    await world.pass(60 * minute);

    expect(await only(world)).toMatchObject({
      state: 'rolling-out',
      paused: { by: actor('slack:U024BE7LH') },
    });
  });

  it('does not time out either where somebody else paused it, with kubectl or at a step of a canary', async () => {
    const world = await arrange();
    world.cluster.paused = true;

    await world.pass(60 * minute);
    const { state, paused } = await only(world);
    world.cluster.paused = false;
    await world.pass(2 * minute);

    expect([state, paused?.by]).toEqual(['rolling-out', actor('cluster')]);
    expect(await only(world)).toMatchObject({ state: 'rolling-out', paused: undefined });
    await world.pass(5 * minute);
    expect((await only(world)).state).toBe('failed');
  });

  it('has its time again once somebody has resumed it with kubectl', async () => {
    const world = await arrange();
    await world.say(pause);
    await world.pass(10 * minute);

    world.cluster.paused = false;
    await world.pass(2 * minute);

    const { paused, deadline = 0 } = await only(world);
    expect(paused).toBeUndefined();
    expect(deadline).toBeLessThanOrEqual(world.clock.now() + 4 * minute);
    await world.pass(5 * minute);
    expect((await only(world)).state).toBe('failed');
  });

  it('does not fail because the cluster cannot be reached for a while', async () => {
    const world = await arrange();
    await world.say(pause);

    world.cluster.answers = false;
    await world.pass(60 * minute);
    expect((await only(world)).state).toBe('rolling-out');
    world.cluster.answers = true;
    await world.say(resume);
    world.verdicts.delete('v1.1.0');
    await world.pass(2 * minute);

    expect((await only(world)).state).toBe('healthy');
  });

  it('is shown so, with a button that lets it go on', async () => {
    const world = await arrange();

    await world.say(pause);

    const { text, message } = world.channel.said.at(-1) ?? {};
    expect(text).toBe('app → production: v1.1.0 is paused');
    expect(JSON.stringify(message)).toMatch(/Paused by <@U024BE7LH>.*"text":"Resume"/);
    await world.say(resume);
    expect(world.channel.said.at(-1)?.text).toBe('app → production: v1.1.0 is rolling out');
  });

  it('that becomes healthy all the same is healthy', async () => {
    const world = await arrange();
    await world.say(pause);

    world.verdicts.delete('v1.1.0');
    await world.pass(minute);

    expect((await only(world)).state).toBe('healthy');
  });
});

describe('a poller that watches with the deadline of before', () => {
  const timedOut: RolloutVerdict = { type: 'failed', reason: 'not done in time', diagnosis: [] };

  it.each([
    ['a pause', [pause]],
    ['a pause and a resume', [pause, resume]],
  ])('does not judge by it after %s', async (_name, commands) => {
    const world = await arrange();
    const release = await only(world);

    await watchRelease(release, 3, minute, {
      ...world.context,
      watchRollout: async () => {
        for (const command of commands) {
          await world.say(command);
          world.clock.advance(1000);
        }
        return timedOut;
      },
    });

    expect((await only(world)).state).toBe('rolling-out');
    expect(world.sent.filter(({ queue }) => queue === 'rollouts')).toMatchObject([
      { body: { type: 'watch-rollout', round: 4 }, delaySeconds: 1 },
    ]);
  });

  it('judges by it where nobody paused', async () => {
    const world = await arrange();

    await watchRelease(await only(world), 3, minute, {
      ...world.context,
      watchRollout: async () => timedOut,
    });

    expect((await only(world)).state).toBe('failed');
  });
});

describe('a pause that the cluster refuses', () => {
  const refusal = new TagboatError('workload-cannot-pause', 'StatefulSet default/app cannot be paused');

  it('leaves the deadline as it was', async () => {
    const world = await arrange();
    const refused = pauseRollout(
      { ...place, paused: true, by: actor('slack:alice') },
      {
        ...world.context,
        setPaused: async () => {
          world.clock.advance(7_000);
          throw refusal;
        },
      },
    );

    await expect(refused).rejects.toBe(refusal);
    expect(await only(world)).toMatchObject({ deadline: world.deadline, state: 'rolling-out' });
    expect((await only(world)).paused).toBeUndefined();
  });

  it('is tried again where the cluster did not answer, and leaves the deadline as it was until then', async () => {
    const world = await arrange();
    world.cluster.answers = false;

    await expect(world.say(pause)).rejects.toMatchObject({ code: 'cluster-unreachable' });

    expect((await only(world)).paused).toBeUndefined();
    expect((await only(world)).deadline).toBe(world.deadline);
  });

  it('takes nothing from the pause of somebody else', async () => {
    const world = await arrange();
    await world.say(pause);
    world.cluster.answers = false;
    world.clock.advance(minute);

    await expect(world.say(pause, bob)).rejects.toMatchObject({ code: 'cluster-unreachable' });

    expect((await only(world)).paused?.by).toEqual(actor('slack:U024BE7LH'));
  });
});

describe('pause and resume', () => {
  it('given twice change nothing the second time', async () => {
    const world = await arrange();
    const states: unknown[] = [];
    for (const command of [pause, pause, resume, resume]) {
      states.push(await world.say(command, command === pause ? bob : undefined));
      const { deadline = 0, paused } = await only(world);
      states.push([deadline - world.deadline, paused && actorText(paused.by)]);
      world.clock.advance(minute);
    }

    expect(states).toEqual([
      'app → production: the rollout is paused',
      [0, 'slack:U0B0B0B0B'],
      'app → production: the rollout was paused already',
      [0, 'slack:U0B0B0B0B'],
      'app → production: the rollout goes on',
      [2 * minute, undefined],
      'app → production: the rollout was not paused',
      [2 * minute, undefined],
    ]);
  });

  it.each([pause, resume])(
    'by the button of a release that stands no more do nothing: $type',
    async (command) => {
      const world = await arrange();
      const old = await only(world);
      world.verdicts.set('v1.2.0', rollingOut);
      await world.hook(hooks.dockerhub('v1.2.0'));
      world.cluster.paused = command === resume;

      expect(await world.say(command, bob, { expect: old.id })).toBe(
        'Sorry, no: v1.1.0 does not stand in app production any more; v1.2.0 does',
      );
      expect([world.cluster.paused, (await only(world)).paused]).toEqual([command === resume, undefined]);
    },
  );

  it('act on what runs also where nothing is rolling out', async () => {
    const world = createWorld();
    await world.hook(hooks.dockerhub('v1.1.0'));

    expect(await world.say(pause)).toBe('app → production: the rollout is paused');

    expect(world.cluster.paused).toBe(true);
    expect((await only(world)).paused).toMatchObject({ by: actor('slack:U024BE7LH') });
  });

  it('say so where nothing was rolled out yet', async () => {
    expect(await createWorld().say(pause)).toBe('Sorry, no: nothing was rolled out to app production yet');
  });
});
