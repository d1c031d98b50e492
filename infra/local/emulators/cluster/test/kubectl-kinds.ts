import { expect } from 'vitest';
import type { Kubectl } from './kubectl.ts';
import { isRolledOut, patchType, type Seen, setImage, workload } from './support.ts';

export const kinds = [
  { kind: 'Deployment', plural: 'deployments', done: 'deployment "web" successfully rolled out' },
  {
    kind: 'StatefulSet',
    plural: 'statefulsets',
    done: 'partitioned roll out complete: 3 new pods have been updated...',
  },
  { kind: 'DaemonSet', plural: 'daemonsets', done: 'daemon set "web" successfully rolled out' },
] as const;

export type Kind = (typeof kinds)[number];

export const [deployment, statefulSet] = kinds;

/** Brings a version out without kubectl, as it would apply it, and waits until it is. */
export const rollOut = async (
  { call, until, apps }: Kubectl,
  { kind, plural }: Kind,
  tag = '1',
  more: Readonly<Record<string, unknown>> = {},
): Promise<Seen> => {
  const path = `${apps(plural, 'web')}?fieldManager=kubectl&force=true`;
  const { status, body } = await call(
    'PATCH',
    path,
    { ...workload(kind, 'web', tag), ...more },
    patchType.apply,
  );
  if (status >= 300) throw new Error(`apply ${kind} web: ${status} ${JSON.stringify(body)}`);
  return await until(
    apps(plural, 'web'),
    (seen) => isRolledOut(seen) && JSON.stringify(seen.spec).includes(`web:${tag}`),
  );
};

/** Gives it another image, without kubectl. */
export const give = async ({ call, apps }: Kubectl, plural: string, tag: string): Promise<void> => {
  const { status, body } = await call('PATCH', apps(plural, 'web'), setImage(tag), patchType.strategic);
  if (status !== 200) throw new Error(`set the image of ${plural}/web: ${status} ${JSON.stringify(body)}`);
};

export const isPullFailing = ({ status }: Seen): boolean =>
  /ErrImagePull|ImagePullBackOff/.test(JSON.stringify(status.containerStatuses ?? []));

/** `rollout status` waits for a rollout that is held back, and follows it to its end. */
export const followSlow = async (enter: () => Promise<Kubectl>, one: Kind): Promise<void> => {
  const { plural, done } = one;
  const web = await enter();
  await rollOut(web, one);
  const tag = `held-${web.namespace}`;

  await web.kubectl(`set image ${plural}/web app=registry.test/web:${tag}`);
  const status = web.follow(`rollout status ${plural}/web`);
  await status.said('Waiting for');
  web.letGo(tag);
  const { code, stdout } = await status.ended;

  expect({ code, last: stdout.trim().split('\n').at(-1) }).toEqual({ code: 0, last: done });
  expect(isRolledOut(await web.until(web.apps(plural, 'web'), () => true))).toBe(true);
};

/** `rollout history` and `rollout undo`. */
export const undo = async (enter: () => Promise<Kubectl>, one: Kind): Promise<void> => {
  const { kind, plural } = one;
  const web = await enter();
  for (const tag of ['1', '2']) await rollOut(web, one, tag);

  const history = await web.kubectl(`rollout history ${plural}/web`);
  const undone = await web.kubectl(`rollout undo ${plural}/web`);

  expect(history.trim().split('\n').slice(2)).toEqual(['1         <none>', '2         <none>']);
  expect(undone).toBe(`${kind.toLowerCase()}.apps/web rolled back\n`);
  const end = await web.until(
    web.apps(plural, 'web'),
    (seen) => isRolledOut(seen) && JSON.stringify(seen.spec).includes('web:1'),
  );
  expect(JSON.stringify(end.spec)).toContain('"image":"registry.test/web:1"');
};
