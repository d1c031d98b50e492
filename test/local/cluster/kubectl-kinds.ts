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

export const deployment: Kind = kinds[0];

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
