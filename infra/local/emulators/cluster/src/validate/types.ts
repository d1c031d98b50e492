import { isObject } from '../json.ts';
import type { KubeObject } from '../types.ts';

/** What a field of that name must be wherever it stands in a spec; the ones people get wrong in YAML. */
const integers = new Set([
  'replicas',
  'minReadySeconds',
  'progressDeadlineSeconds',
  'revisionHistoryLimit',
  'partition',
  'containerPort',
  'terminationGracePeriodSeconds',
]);
const stringMaps = new Set(['labels', 'annotations', 'matchLabels', 'nodeSelector']);
const lists = new Set([
  'containers',
  'initContainers',
  'env',
  'envFrom',
  'volumes',
  'volumeMounts',
  'command',
  'args',
]);

type Problem = { readonly path: string; readonly expected: string; readonly found: string };

const typeOf = (value: unknown): string =>
  Array.isArray(value)
    ? 'array'
    : value === null
      ? 'null'
      : typeof value === 'boolean'
        ? 'bool'
        : typeof value;

const walk = (value: unknown, path: string, problems: Problem[]): void => {
  if (Array.isArray(value)) {
    for (const item of value) walk(item, path, problems);
    return;
  }
  if (!isObject(value)) return;
  for (const [name, child] of Object.entries(value)) {
    const here = path === '' ? name : `${path}.${name}`;
    const expect = (expected: string, ok: boolean): void => {
      if (!ok) problems.push({ path: here, expected, found: typeOf(child) });
    };
    if (integers.has(name)) expect('int32', Number.isInteger(child));
    else if (lists.has(name)) expect('[]', Array.isArray(child));
    else if (stringMaps.has(name))
      expect('string', isObject(child) && Object.values(child).every((item) => typeof item === 'string'));
    else if (path.endsWith('.env')) expect('string', name === 'valueFrom' || typeof child === 'string');
    else if (name === 'image' && /ontainers$/.test(path)) expect('string', typeof child === 'string');
    else if (name === 'paused') expect('bool', typeof child === 'boolean');
    walk(child, here, problems);
  }
};

const workloads = new Set(['Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'Pod', 'Job']);

/** Fields of the wrong JSON type, such as `value: 1` for an environment variable. */
export const typeProblems = (object: KubeObject): readonly Problem[] => {
  const problems: Problem[] = [];
  const { labels, annotations } = (object.metadata ?? {}) as { labels?: unknown; annotations?: unknown };
  walk({ metadata: { labels: labels ?? {}, annotations: annotations ?? {} } }, '', problems);
  if (workloads.has(object.kind)) walk({ spec: object.spec ?? {} }, '', problems);
  return problems;
};
