import { asArray, asObject, asString, at } from '../json.ts';
import { controllerOf } from '../meta.ts';
import type { ContainerStatus, KubeEvent, KubeObject, LabelSelector, Pod } from '../types.ts';
import { humanDuration } from './duration.ts';

type Column = {
  readonly name: string;
  readonly type: 'string' | 'integer';
  /** 0: always shown; 1: with `-o wide`. */
  readonly priority: number;
  readonly cell: (object: KubeObject, now: number) => unknown;
};

const text = (name: string, cell: Column['cell'], priority = 0): Column => ({
  name,
  type: 'string',
  priority,
  cell,
});
const count = (name: string, ...path: readonly string[]): Column => ({
  name,
  type: 'integer',
  priority: 0,
  cell: (object) => at(object, ...path) ?? 0,
});
const wide = (name: string, cell: Column['cell']): Column => text(name, cell, 1);

const since = (time: unknown, now: number): string =>
  typeof time === 'string' ? humanDuration(now - Date.parse(time)) : '<unknown>';
const name = text('Name', (object) => object.metadata.name);
const age = text('Age', (object, now) => since(object.metadata.creationTimestamp, now));

const templateContainers = (object: KubeObject): readonly unknown[] =>
  asArray(at(object, 'spec', 'template', 'spec', 'containers'));
const joined = (object: KubeObject, field: string): string =>
  templateContainers(object)
    .map((container) => asString(at(container, field)))
    .join(',');
const selectorText = (object: KubeObject): string => {
  const { matchLabels, matchExpressions } = asObject(at(object, 'spec', 'selector')) as LabelSelector;
  return [
    ...Object.entries(matchLabels ?? {}).map(([key, value]) => `${key}=${value}`),
    ...(matchExpressions ?? []).map(
      ({ key, operator, values }) => `${key} ${operator.toLowerCase()} (${(values ?? []).join(',')})`,
    ),
  ].join(',');
};
const containers = wide('Containers', (object) => joined(object, 'name'));
const images = wide('Images', (object) => joined(object, 'image'));
const selector = wide('Selector', selectorText);
const readyOf = (object: KubeObject): string =>
  `${at(object, 'status', 'readyReplicas') ?? 0}/${at(object, 'spec', 'replicas') ?? 0}`;

const stateReason = ({ state }: ContainerStatus): string | undefined => {
  if (state.waiting !== undefined) return state.waiting.reason;
  if (state.terminated === undefined) return undefined;
  return state.terminated.reason || `ExitCode:${state.terminated.exitCode}`;
};

/** The STATUS column of pods. Source: k8s.io/kubernetes/pkg/printers/internalversion/printers.go, printPod */
const podStatusText = (pod: Pod): string => {
  if (pod.metadata.deletionTimestamp !== undefined) return 'Terminating';
  const inits = pod.status.initContainerStatuses ?? [];
  const blocking = inits.findIndex((status) => status.state.terminated?.exitCode !== 0);
  const blocker = inits[blocking];
  if (blocker !== undefined) {
    const reason = stateReason(blocker);
    return reason !== undefined && reason !== 'PodInitializing'
      ? `Init:${reason}`
      : `Init:${blocking}/${inits.length}`;
  }
  const statuses = pod.status.containerStatuses ?? [];
  return (
    statuses.map(stateReason).find((reason) => reason !== undefined) ?? pod.status.reason ?? pod.status.phase
  );
};

const podColumns: readonly Column[] = [
  name,
  text('Ready', (object) => {
    const statuses = (object as Pod).status.containerStatuses ?? [];
    return `${statuses.filter((status) => status.ready).length}/${(object as Pod).spec.containers.length}`;
  }),
  text('Status', (object) => podStatusText(object as Pod)),
  text('Restarts', (object, now) => {
    const statuses = (object as Pod).status.containerStatuses ?? [];
    const restarts = statuses.reduce((sum, status) => sum + status.restartCount, 0);
    const last = statuses
      .map((status) => status.lastState.terminated?.finishedAt)
      .find((time) => time !== undefined);
    return restarts > 0 && last !== undefined ? `${restarts} (${since(last, now)} ago)` : String(restarts);
  }),
  age,
  wide('IP', (object) => at(object, 'status', 'podIP') ?? '<none>'),
  wide('Node', (object) => at(object, 'spec', 'nodeName') ?? '<none>'),
  wide('Nominated Node', () => '<none>'),
  wide('Readiness Gates', (object) => {
    const pod = object as Pod;
    const gates = pod.spec.readinessGates ?? [];
    const met = gates.filter((gate) =>
      pod.status.conditions?.some(({ type, status }) => type === gate.conditionType && status === 'True'),
    );
    return gates.length === 0 ? '<none>' : `${met.length}/${gates.length}`;
  }),
];

const eventColumns: readonly Column[] = [
  text('Last Seen', (object, now) => since((object as KubeEvent).lastTimestamp, now)),
  text('Type', (object) => object.type),
  text('Reason', (object) => object.reason),
  text('Object', (object) => {
    const { kind, name: target } = (object as KubeEvent).involvedObject;
    return `${kind.toLowerCase()}/${target}`;
  }),
  wide('Source', (object) => at(object, 'source', 'component') ?? ''),
  text('Message', (object) => asString(object.message).trim()),
  wide('First Seen', (object, now) => since((object as KubeEvent).firstTimestamp, now)),
  wide('Count', (object) => String(object.count ?? 1)),
  wide('Name', (object) => object.metadata.name),
];

const entries = (object: KubeObject): number => Object.keys(asObject(object.data)).length;

const nodeStatus = (object: KubeObject): string => {
  const ready = asArray(at(object, 'status', 'conditions')).find((item) => at(item, 'type') === 'Ready');
  const suffix = at(object, 'spec', 'unschedulable') === true ? ',SchedulingDisabled' : '';
  return (at(ready, 'status') === 'True' ? 'Ready' : 'NotReady') + suffix;
};

const portText = (port: unknown): string => {
  const { port: number, nodePort, protocol } = asObject(port);
  return `${String(number)}${nodePort === undefined ? '' : `:${String(nodePort)}`}/${String(protocol)}`;
};

const jobStatusText = (object: KubeObject): string => {
  const has = (wanted: string): boolean =>
    asArray(at(object, 'status', 'conditions')).some(
      (item) => at(item, 'type') === wanted && at(item, 'status') === 'True',
    );
  if (has('Complete')) return 'Complete';
  if (has('Failed')) return 'Failed';
  if (object.metadata.deletionTimestamp !== undefined) return 'Terminating';
  if (has('Suspended')) return 'Suspended';
  if (has('FailureTarget')) return 'FailureTarget';
  return has('SuccessCriteriaMet') ? 'SuccessCriteriaMet' : 'Running';
};

/** Source: k8s.io/kubernetes/pkg/printers/internalversion/printers.go, printJob */
const jobColumns: readonly Column[] = [
  name,
  text('Status', jobStatusText),
  text('Completions', (object) => {
    const wanted = at(object, 'spec', 'completions') ?? `1 of ${String(at(object, 'spec', 'parallelism'))}`;
    return `${String(at(object, 'status', 'succeeded') ?? 0)}/${String(wanted)}`;
  }),
  text('Duration', (object, now) => {
    const start = at(object, 'status', 'startTime');
    const end = at(object, 'status', 'completionTime');
    if (typeof start !== 'string') return '';
    return humanDuration((typeof end === 'string' ? Date.parse(end) : now) - Date.parse(start));
  }),
  age,
  containers,
  images,
  selector,
];

const byKind: Readonly<Record<string, readonly Column[]>> = {
  Job: jobColumns,
  Pod: podColumns,
  Event: eventColumns,
  Deployment: [
    name,
    text('Ready', readyOf),
    count('Up-to-date', 'status', 'updatedReplicas'),
    count('Available', 'status', 'availableReplicas'),
    age,
    containers,
    images,
    selector,
  ],
  ReplicaSet: [
    name,
    count('Desired', 'spec', 'replicas'),
    count('Current', 'status', 'replicas'),
    count('Ready', 'status', 'readyReplicas'),
    age,
    containers,
    images,
    selector,
  ],
  StatefulSet: [name, text('Ready', readyOf), age, containers, images],
  DaemonSet: [
    name,
    count('Desired', 'status', 'desiredNumberScheduled'),
    count('Current', 'status', 'currentNumberScheduled'),
    count('Ready', 'status', 'numberReady'),
    count('Up-to-date', 'status', 'updatedNumberScheduled'),
    count('Available', 'status', 'numberAvailable'),
    text('Node Selector', (object) => {
      const pairs = Object.entries(asObject(at(object, 'spec', 'template', 'spec', 'nodeSelector')));
      return pairs.length === 0 ? '<none>' : pairs.map(([key, value]) => `${key}=${String(value)}`).join(',');
    }),
    age,
    containers,
    images,
    selector,
  ],
  ControllerRevision: [
    name,
    text('Controller', (object) => {
      const owner = controllerOf(object);
      return owner === undefined ? '<none>' : `${owner.kind.toLowerCase()}.apps/${owner.name}`;
    }),
    count('Revision', 'revision'),
    age,
  ],
  Namespace: [name, text('Status', (object) => at(object, 'status', 'phase') ?? ''), age],
  Node: [
    name,
    text('Status', nodeStatus),
    text('Roles', () => '<none>'),
    age,
    text('Version', (object) => at(object, 'status', 'nodeInfo', 'kubeletVersion') ?? ''),
    wide('Internal-IP', () => '127.0.0.1'),
  ],
  Service: [
    name,
    text('Type', (object) => at(object, 'spec', 'type') ?? ''),
    text('Cluster-IP', (object) => at(object, 'spec', 'clusterIP') ?? '<none>'),
    text('External-IP', (object) => at(object, 'spec', 'externalName') ?? '<none>'),
    text(
      'Port(s)',
      (object) =>
        asArray(at(object, 'spec', 'ports'))
          .map(portText)
          .join(',') || '<none>',
    ),
    age,
    wide(
      'Selector',
      (object) =>
        Object.entries(asObject(at(object, 'spec', 'selector')))
          .map(([key, value]) => `${key}=${String(value)}`)
          .join(',') || '<none>',
    ),
  ],
  ConfigMap: [name, text('Data', (object) => entries(object)), age],
  Secret: [name, text('Type', (object) => object.type ?? ''), text('Data', (object) => entries(object)), age],
};

export const columnsOf = (kind: string): readonly Column[] => byKind[kind] ?? [name, age];
