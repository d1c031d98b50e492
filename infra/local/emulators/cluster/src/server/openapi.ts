import type { JsonObject } from '../json.ts';
import { groupVersions, type Resource, resources } from '../resources.ts';

const documentPath = (groupVersion: string): string =>
  groupVersion === 'v1' ? 'api/v1' : `apis/${groupVersion}`;

const objectPath = (resource: Resource): string =>
  `/${documentPath(resource.apiVersion)}/${resource.namespaced ? 'namespaces/{namespace}/' : ''}${resource.plural}/{name}`;

const parameters = ['dryRun', 'fieldManager', 'fieldValidation', 'force'].map((name) => ({
  name,
  in: 'query',
  schema: { type: 'string' },
}));

/**
 * As little OpenAPI as kubectl needs: that PATCH of each kind takes `fieldValidation` and `dryRun`, so that it leaves
 * validation to the server and does not ask for the (protobuf) version 2 document.
 * Source: k8s.io/cli-runtime/pkg/resource/query_param_verifier_v3.go
 * @returns undefined for what is no OpenAPI path
 */
export const openapi = (pathname: string): JsonObject | undefined => {
  if (pathname === '/openapi/v3')
    return {
      paths: Object.fromEntries(
        groupVersions.map((version) => [
          documentPath(version),
          { serverRelativeURL: `/openapi/v3/${documentPath(version)}` },
        ]),
      ),
    };
  const groupVersion = groupVersions.find((version) => pathname === `/openapi/v3/${documentPath(version)}`);
  if (groupVersion === undefined) return undefined;
  const served = resources.filter((resource) => resource.apiVersion === groupVersion);
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: 'v1.32.0' },
    components: { schemas: {} },
    paths: Object.fromEntries(
      served.map((resource) => [
        objectPath(resource),
        {
          patch: {
            parameters,
            responses: {},
            'x-kubernetes-action': 'patch',
            'x-kubernetes-group-version-kind': {
              group: resource.group,
              version: resource.version,
              kind: resource.kind,
            },
          },
        },
      ]),
    ),
  };
};

const field = (number: number, content: string | Buffer): Buffer => {
  const bytes = Buffer.from(content);
  return Buffer.concat([Buffer.from([(number << 3) | 2, bytes.length]), bytes]);
};

/**
 * The version 2 document, without a definition: kubectl before 1.27 does not apply anything before it has read one, and
 * leaves to the server what it does not find in it.
 * Source: message Document of https://github.com/google/gnostic/blob/main/openapiv2/OpenAPIv2.proto
 */
export const openapiV2 = (): Buffer => {
  const info = Buffer.concat([field(1, 'Kubernetes'), field(2, 'v1.32.0')]);
  return Buffer.concat([field(1, '2.0'), field(2, info), field(8, ''), field(9, '')]);
};
