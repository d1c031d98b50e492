import type { Container, Pod } from '../objects/objects.ts';

/** What a diagnosis looks at in a pod's spec, beyond what a rollout is judged by. */
type Probe = {
  readonly httpGet?: {
    readonly path?: string;
    readonly port?: number | string;
    readonly scheme?: string;
  };
  readonly tcpSocket?: { readonly port?: number | string };
  readonly grpc?: { readonly port?: number };
  readonly exec?: { readonly command?: readonly string[] };
  readonly periodSeconds?: number;
  readonly timeoutSeconds?: number;
  readonly failureThreshold?: number;
  readonly initialDelaySeconds?: number;
};

export type FullContainer = Container & {
  /** Always: of an init container that is a sidecar, since Kubernetes 1.28. */
  readonly restartPolicy?: string;
  readonly ports?: readonly { readonly name?: string; readonly containerPort?: number }[];
  readonly readinessProbe?: Probe;
  readonly livenessProbe?: Probe;
  readonly startupProbe?: Probe;
  readonly resources?: {
    readonly limits?: Readonly<Record<string, string | number>>;
    readonly requests?: Readonly<Record<string, string | number>>;
  };
};

/** A container of the pod, init containers included. */
export const containerOf = (pod: Pod, name: string): FullContainer | undefined =>
  [...(pod.spec.containers ?? []), ...(pod.spec.initContainers ?? [])].find(
    (container) => container.name === name,
  );

/** An init container that starts before the others and runs beside them. */
export const isSidecar = (pod: Pod, name: string): boolean =>
  (pod.spec.initContainers ?? []).some(
    (container: FullContainer) => container.name === name && container.restartPolicy === 'Always',
  );

const portOf = (container: FullContainer, port: number | string | undefined): string => {
  const named = container.ports?.find(({ name }) => name === port)?.containerPort;
  return String(named ?? port ?? '?');
};

/** `GET /healthz on port 8080 every 10 s, timeout 1 s`, with Kubernetes' defaults for what is not set. */
export const describeProbe = (container: FullContainer, probe: Probe): string => {
  const { httpGet, tcpSocket, grpc, exec } = probe;
  const what =
    httpGet !== undefined
      ? `${httpGet.scheme === 'HTTPS' ? 'HTTPS ' : ''}GET ${httpGet.path ?? '/'} on port ${portOf(container, httpGet.port)}`
      : tcpSocket !== undefined
        ? `a connection to port ${portOf(container, tcpSocket.port)}`
        : grpc !== undefined
          ? `gRPC health on port ${grpc.port ?? '?'}`
          : `the command ${(exec?.command ?? []).join(' ').slice(0, 100)}`;
  return `${what} every ${probe.periodSeconds ?? 10} s, timeout ${probe.timeoutSeconds ?? 1} s`;
};
