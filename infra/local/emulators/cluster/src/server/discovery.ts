import type { JsonObject } from '../json.ts';
import { groupVersions, type Resource, resources } from '../resources.ts';

const verbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];
const ofObject = ['get', 'patch', 'update'];

/** What the embedded cluster says it is. The words of 1.32 are what its controllers and messages follow. */
export const versionInfo: JsonObject = {
  major: '1',
  minor: '32',
  gitVersion: 'v1.32.0+tagboat',
  gitCommit: '',
  gitTreeState: 'clean',
  buildDate: '1970-01-01T00:00:00Z',
  goVersion: '',
  compiler: '',
  platform: 'embedded/tagboat',
};

const subresources = (resource: Resource): JsonObject[] => {
  const entry = (name: string, rest: JsonObject): JsonObject => ({
    name: `${resource.plural}/${name}`,
    singularName: '',
    namespaced: resource.namespaced,
    kind: resource.kind,
    ...rest,
  });
  return [
    ...(resource.status ? [entry('status', { verbs: ofObject })] : []),
    ...(resource.scale
      ? [entry('scale', { group: 'autoscaling', version: 'v1', kind: 'Scale', verbs: ofObject })]
      : []),
    ...(resource.kind === 'Pod' ? [entry('log', { verbs: ['get'] })] : []),
  ];
};

const describe = (resource: Resource): JsonObject[] => [
  {
    name: resource.plural,
    singularName: resource.singular,
    namespaced: resource.namespaced,
    kind: resource.kind,
    verbs,
    ...(resource.shortNames.length === 0 ? {} : { shortNames: resource.shortNames }),
    ...(resource.categories.length === 0 ? {} : { categories: resource.categories }),
  },
  ...subresources(resource),
];

const review = {
  name: 'selfsubjectaccessreviews',
  singularName: 'selfsubjectaccessreview',
  namespaced: false,
  kind: 'SelfSubjectAccessReview',
  verbs: ['create'],
};

const authorization = 'authorization.k8s.io/v1';

const groups = (): JsonObject[] =>
  [...groupVersions.filter((version) => version !== 'v1'), authorization].map((groupVersion) => {
    const [name = '', version = ''] = groupVersion.split('/');
    return { name, versions: [{ groupVersion, version }], preferredVersion: { groupVersion, version } };
  });

/**
 * The (unaggregated) discovery documents.
 * @returns undefined for what is no discovery path
 */
export const discovery = (pathname: string): JsonObject | undefined => {
  const path = pathname.replace(/\/$/, '');
  if (path === '/api')
    return {
      kind: 'APIVersions',
      versions: ['v1'],
      serverAddressByClientCIDRs: [],
    };
  if (path === '/apis') return { kind: 'APIGroupList', apiVersion: 'v1', groups: groups() };
  const groupVersion = path === '/api/v1' ? 'v1' : path.replace(/^\/apis\//, '');
  const group = groups().find((candidate) => path === `/apis/${String(candidate.name)}`);
  if (group !== undefined) return { kind: 'APIGroup', apiVersion: 'v1', ...group };
  const list = { kind: 'APIResourceList', apiVersion: 'v1', groupVersion };
  if (groupVersion === authorization) return { ...list, resources: [review] };
  const found = resources.filter((resource) => resource.apiVersion === groupVersion);
  return found.length === 0 ? undefined : { ...list, resources: found.flatMap(describe) };
};
