import { describe, expect, it } from 'vitest';
import { actorText } from '../../../lib/actor.ts';
import type { RolloutVerdict } from '../../../lib/cluster/watch/watch-rollout.ts';
import { TagboatError } from '../../../lib/errors.ts';
import type { Release } from '../../../lib/release/model/release.ts';
import { pauseRollout } from '../../../lib/release/rollout/pause.ts';
import { watchRelease } from '../../../lib/release/rollout/watch.ts';
import { actor } from '../../support/records.ts';
import { bob, createHarness, type Harness, rollingOut } from '../support/harness.ts';
import { hooksOfApp as hooks } from '../support/hooks.ts';

const place = { app: 'app', environment: 'production' } as const;
const pause = { type: 'pause', ...place } as const;
const resume = { type: 'resume', ...place } as const;
const minute = 60_000;

/** v1.1.0 is rolling out, for a minute now; it has five. */
const arrange = async () => {
  const harness = createHarness();
  harness.verdicts.set('v1.1.0', rollingOut);
  const start = harness.clock.now();
  await harness.hook(hooks.dockerhub('v1.1.0'));
  await harness.pass(minute);
  return { ...harness, deadline: start + 5 * minute };
};

const only = async ({ newest }: Pick<Harness, 'newest'>): Promise<Release> => {
  const release = await newest();
  if (release === undefined) throw new Error('nothing was released');
  return release;
};

describe('a paused release', () => {
  it('does not time out however long it stays so, and then has the time left that it had', async () => {
    const harness = await arrange();

    expect(await harness.say(pause)).toBe('app → production: the rollout is paused');
    await harness.pass(3 * 60 * minute);
    expect(await only(harness)).toMatchObject({
      state: 'rolling-out',
      paused: { by: actor('slack:U024BE7LH') },
    });
    expect(await harness.say(resume)).toBe('app → production: the rollout goes on');
    const left = (await only(harness)).deadline ?? 0;

    expect(left - harness.clock.now()).toBe(4 * minute);
    await harness.pass(4 * minute - 1);
    expect((await only(harness)).state).toBe('rolling-out');
    await harness.pass(2 * minute);
    expect(await only(harness)).toMatchObject({ state: 'failed', reason: { message: 'not done in time' } });
  });

  it('has what it had left also after several pauses', async () => {
    const harness = await arrange();
    for (let round = 0; round < 3; round++) {
      await harness.say(pause);
      await harness.pass(10 * minute);
      await harness.say(resume);
      await harness.pass(minute);
    }

    expect(((await only(harness)).deadline ?? 0) - harness.clock.now()).toBe(minute);
  });

  it('is undone all the same: the undo lets the workload go on', async () => {
    const harness = await arrange();
    await harness.say(pause);

    await harness.say({ type: 'undo', ...place });

    expect(harness.cluster).toMatchObject({ tag: 'v1.0.0', paused: false });
    expect(await harness.history()).toEqual(['#2 undo v1.0.0 healthy', '#1 release v1.1.0 undone']);
    expect((await only(harness)).paused).toBeUndefined();
  });

  it('passes its pause on to whatever overtakes it, which waits too', async () => {
    const harness = await arrange();
    harness.verdicts.set('v1.2.0', rollingOut);
    await harness.say(pause);
    await harness.hook(hooks.dockerhub('v1.2.0'));
    await harness.pass(60 * minute);
    expect(await only(harness)).toMatchObject({
      tag: 'v1.2.0',
      state: 'rolling-out',
      paused: { by: actor('slack:U024BE7LH') },
    });

    harness.verdicts.delete('v1.2.0');
    await harness.say(resume);
    await harness.pass(2 * minute);

    expect(harness.cluster.paused).toBe(false);
    expect((await only(harness)).state).toBe('healthy');
  });

  it('may be paused before it begins: what stands is healthy then, and the next one waits', async () => {
    const harness = await arrange();
    harness.verdicts.delete('v1.1.0');
    await harness.pass(2 * minute);
    expect((await only(harness)).state).toBe('healthy');
    await harness.say(pause);
    harness.verdicts.set('v1.2.0', rollingOut);

    await harness.hook(hooks.dockerhub('v1.2.0'));
    await harness.pass(60 * minute);

    expect(await only(harness)).toMatchObject({
      state: 'rolling-out',
      paused: { by: actor('slack:U024BE7LH') },
    });
  });

  it('does not time out either where somebody else paused it, with kubectl or at a step of a canary', async () => {
    const harness = await arrange();
    harness.cluster.paused = true;

    await harness.pass(60 * minute);
    const { state, paused } = await only(harness);
    harness.cluster.paused = false;
    await harness.pass(2 * minute);

    expect([state, paused?.by]).toEqual(['rolling-out', actor('cluster')]);
    expect(await only(harness)).toMatchObject({ state: 'rolling-out', paused: undefined });
    await harness.pass(5 * minute);
    expect((await only(harness)).state).toBe('failed');
  });

  it('has its time again once somebody has resumed it with kubectl', async () => {
    const harness = await arrange();
    await harness.say(pause);
    await harness.pass(10 * minute);

    harness.cluster.paused = false;
    await harness.pass(2 * minute);

    const { paused, deadline = 0 } = await only(harness);
    expect(paused).toBeUndefined();
    expect(deadline).toBeLessThanOrEqual(harness.clock.now() + 4 * minute);
    await harness.pass(5 * minute);
    expect((await only(harness)).state).toBe('failed');
  });

  it('does not fail because the cluster cannot be reached for a while', async () => {
    const harness = await arrange();
    await harness.say(pause);

    harness.cluster.answers = false;
    await harness.pass(60 * minute);
    expect((await only(harness)).state).toBe('rolling-out');
    harness.cluster.answers = true;
    await harness.say(resume);
    harness.verdicts.delete('v1.1.0');
    await harness.pass(2 * minute);

    expect((await only(harness)).state).toBe('healthy');
  });

  it('is shown so, with a button that lets it go on', async () => {
    const harness = await arrange();

    await harness.say(pause);

    const { text, message } = harness.channel.said.at(-1) ?? {};
    expect(text).toBe('app → production: v1.1.0 is paused');
    expect(JSON.stringify(message)).toMatch(/Paused by <@U024BE7LH>.*"text":"Resume"/);
    await harness.say(resume);
    expect(harness.channel.said.at(-1)?.text).toBe('app → production: v1.1.0 is rolling out');
  });

  it('that becomes healthy all the same is healthy', async () => {
    const harness = await arrange();
    await harness.say(pause);

    harness.verdicts.delete('v1.1.0');
    await harness.pass(minute);

    expect((await only(harness)).state).toBe('healthy');
  });
});

describe('a poller that watches with the deadline of before', () => {
  const timedOut: RolloutVerdict = { type: 'failed', reason: 'not done in time', diagnosis: [] };

  it.each([
    ['a pause', [pause]],
    ['a pause and a resume', [pause, resume]],
  ])('does not judge by it after %s', async (_name, commands) => {
    const harness = await arrange();
    const release = await only(harness);

    await watchRelease(release, 3, minute, {
      ...harness.context,
      watchRollout: async () => {
        for (const command of commands) {
          await harness.say(command);
          harness.clock.advance(1000);
        }
        return timedOut;
      },
    });

    expect((await only(harness)).state).toBe('rolling-out');
    expect(harness.sent.filter(({ queue }) => queue === 'rollouts')).toMatchObject([
      { body: { type: 'watch-rollout', round: 4 }, delaySeconds: 1 },
    ]);
  });

  it('judges by it where nobody paused', async () => {
    const harness = await arrange();

    await watchRelease(await only(harness), 3, minute, {
      ...harness.context,
      watchRollout: async () => timedOut,
    });

    expect((await only(harness)).state).toBe('failed');
  });
});

describe('a pause that the cluster refuses', () => {
  const refusal = new TagboatError('workload-cannot-pause', 'StatefulSet default/app cannot be paused');

  it('leaves the deadline as it was', async () => {
    const harness = await arrange();
    const refused = pauseRollout(
      { ...place, paused: true, by: actor('slack:alice') },
      {
        ...harness.context,
        setPaused: async () => {
          harness.clock.advance(7_000);
          throw refusal;
        },
      },
    );

    await expect(refused).rejects.toBe(refusal);
    expect(await only(harness)).toMatchObject({ deadline: harness.deadline, state: 'rolling-out' });
    expect((await only(harness)).paused).toBeUndefined();
  });

  it('is tried again where the cluster did not answer, and leaves the deadline as it was until then', async () => {
    const harness = await arrange();
    harness.cluster.answers = false;

    await expect(harness.say(pause)).rejects.toMatchObject({ code: 'cluster-unreachable' });

    expect((await only(harness)).paused).toBeUndefined();
    expect((await only(harness)).deadline).toBe(harness.deadline);
  });

  it('takes nothing from the pause of somebody else', async () => {
    const harness = await arrange();
    await harness.say(pause);
    harness.cluster.answers = false;
    harness.clock.advance(minute);

    await expect(harness.say(pause, bob)).rejects.toMatchObject({ code: 'cluster-unreachable' });

    expect((await only(harness)).paused?.by).toEqual(actor('slack:U024BE7LH'));
  });
});

describe('pause and resume', () => {
  it('given twice change nothing the second time', async () => {
    const harness = await arrange();
    const states: unknown[] = [];
    for (const command of [pause, pause, resume, resume]) {
      states.push(await harness.say(command, command === pause ? bob : undefined));
      const { deadline = 0, paused } = await only(harness);
      states.push([deadline - harness.deadline, paused && actorText(paused.by)]);
      harness.clock.advance(minute);
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
      const harness = await arrange();
      const old = await only(harness);
      harness.verdicts.set('v1.2.0', rollingOut);
      await harness.hook(hooks.dockerhub('v1.2.0'));
      harness.cluster.paused = command === resume;

      expect(await harness.say(command, bob, { expect: old.id })).toBe(
        'Sorry, no: v1.1.0 does not stand in app production any more; v1.2.0 does',
      );
      expect([harness.cluster.paused, (await only(harness)).paused]).toEqual([command === resume, undefined]);
    },
  );

  it('act on what runs also where nothing is rolling out', async () => {
    const harness = createHarness();
    await harness.hook(hooks.dockerhub('v1.1.0'));

    expect(await harness.say(pause)).toBe('app → production: the rollout is paused');

    expect(harness.cluster.paused).toBe(true);
    expect((await only(harness)).paused).toMatchObject({ by: actor('slack:U024BE7LH') });
  });

  it('say so where nothing was rolled out yet', async () => {
    expect(await createHarness().say(pause)).toBe('Sorry, no: nothing was rolled out to app production yet');
  });
});
