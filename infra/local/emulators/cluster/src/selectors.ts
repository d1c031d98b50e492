import { asString, at } from './json.ts';
import type { Resource } from './resources.ts';
import { badRequest } from './status.ts';
import type { KubeObject, LabelSelector } from './types.ts';

type Labels = Readonly<Record<string, string>> | undefined;
export type Matcher<T> = (candidate: T) => boolean;

const requirement = (key: string, operator: string, values: readonly string[]): Matcher<Labels> => {
  switch (operator) {
    case 'In':
      return (labels) => labels?.[key] !== undefined && values.includes(labels[key]);
    case 'NotIn':
      return (labels) => labels?.[key] === undefined || !values.includes(labels[key]);
    case 'Exists':
      return (labels) => labels?.[key] !== undefined;
    case 'DoesNotExist':
      return (labels) => labels?.[key] === undefined;
    default:
      throw badRequest(`"${operator}" is not a valid label selector operator`);
  }
};

/** A `metav1.LabelSelector` of an object's spec. An empty one matches everything. */
export const matchesSelector = (selector: LabelSelector | undefined, labels: Labels): boolean =>
  Object.entries(selector?.matchLabels ?? {}).every(([key, value]) => labels?.[key] === value) &&
  (selector?.matchExpressions ?? []).every(({ key, operator, values }) =>
    requirement(key, operator, values ?? [])(labels),
  );

const setPattern = /^\s*([^\s!=(),]+)\s+(in|notin)\s*\(([^)]*)\)\s*$/;
const equalityPattern = /^\s*([^\s!=(),]+)\s*(==|=|!=)\s*([^\s!=(),]*)\s*$/;
const existsPattern = /^\s*(!?)\s*([^\s!=(),]+)\s*$/;

/** Splits at commas that are not within parentheses. */
const terms = (text: string): readonly string[] => text.match(/[^,(]*(?:\([^)]*\))?[^,(]*/g) ?? [];

/**
 * The `labelSelector` of a query: `app=web,tier in (a, b),!canary`.
 * Source: k8s.io/apimachinery/pkg/labels
 */
export const parseLabelSelector = (text: string): Matcher<Labels> => {
  const matchers = terms(text)
    .filter((term) => term.trim() !== '')
    .map((term): Matcher<Labels> => {
      const set = setPattern.exec(term);
      if (set !== null)
        return requirement(
          set[1] ?? '',
          set[2] === 'in' ? 'In' : 'NotIn',
          (set[3] ?? '').split(',').map((value) => value.trim()),
        );
      const equality = equalityPattern.exec(term);
      if (equality !== null)
        return requirement(equality[1] ?? '', equality[2] === '!=' ? 'NotIn' : 'In', [equality[3] ?? '']);
      const exists = existsPattern.exec(term);
      if (exists !== null)
        return requirement(exists[2] ?? '', exists[1] === '!' ? 'DoesNotExist' : 'Exists', []);
      throw badRequest(`unable to parse requirement: found '${term.trim()}'`);
    });
  return (labels) => matchers.every((matches) => matches(labels));
};

const eventFields = [
  'involvedObject.kind',
  'involvedObject.namespace',
  'involvedObject.name',
  'involvedObject.uid',
  'involvedObject.apiVersion',
  'involvedObject.resourceVersion',
  'involvedObject.fieldPath',
  'reason',
  'reportingComponent',
  'source',
  'type',
];

const fieldsOf: Readonly<Record<string, readonly string[]>> = {
  pods: [
    'status.phase',
    'spec.nodeName',
    'spec.restartPolicy',
    'spec.schedulerName',
    'spec.serviceAccountName',
    'status.podIP',
    'status.nominatedNodeName',
  ],
  events: eventFields,
  namespaces: ['status.phase'],
  nodes: ['spec.unschedulable'],
  replicasets: ['status.replicas'],
  secrets: ['type'],
  jobs: ['status.successful'],
};

/** The `fieldSelector` of a query, over the few fields a real server indexes. Source: k8s.io/apimachinery/pkg/fields */
export const parseFieldSelector = (text: string, resource: Resource): Matcher<KubeObject> => {
  const matchers = text
    .split(',')
    .filter((term) => term.trim() !== '')
    .map((term): Matcher<KubeObject> => {
      const [, field = '', operator, value = ''] = /^\s*([^\s!=]+)(==|=|!=)(.*)$/.exec(term) ?? [];
      if (operator === undefined) throw badRequest(`invalid selector: '${term}'; can't understand '${term}'`);
      const known = ['metadata.name', 'metadata.namespace', ...(fieldsOf[resource.plural] ?? [])];
      if (!known.includes(field)) throw badRequest(`field label not supported: ${field}`);
      const path = field.split('.');
      const read = (object: KubeObject): string => {
        const found = at(object, ...path);
        return found === undefined ? '' : typeof found === 'string' ? found : asString(String(found));
      };
      return operator === '!=' ? (object) => read(object) !== value : (object) => read(object) === value;
    });
  return (object) => matchers.every((matches) => matches(object));
};
