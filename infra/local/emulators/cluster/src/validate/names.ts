import { isObject } from '../json.ts';
import type { Resource } from '../resources.ts';
import type { Causes } from './causes.ts';

const label = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/;
const subdomain = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/;
const qualifiedName = /^(?:[a-z0-9.-]+\/)?[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?$/;
const labelValue = /^(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?)?$/;

const labelRule =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const subdomainRule =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const nameRule =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const valueRule =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

/** RBAC names may hold nearly anything: https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#path-segment-names */
const pathSegment = /^(?!\.{1,2}$)[^/%]+$/;

const labelNames = new Set(['namespaces', 'services']);

export const validateDnsLabel = (causes: Causes, field: string, value: string): void => {
  if (value.length > 63) causes.invalid(field, value, 'must be no more than 63 characters');
  if (!label.test(value)) causes.invalid(field, value, labelRule);
};

export const validateObjectName = (causes: Causes, resource: Resource, name: string): void => {
  if (name === '') causes.required('metadata.name', 'name or generateName is required');
  else if (resource.group === 'rbac.authorization.k8s.io') {
    if (!pathSegment.test(name)) causes.invalid('metadata.name', name, "may not contain '/' or '%'");
  } else if (labelNames.has(resource.plural)) validateDnsLabel(causes, 'metadata.name', name);
  else {
    if (name.length > 253) causes.invalid('metadata.name', name, 'must be no more than 253 characters');
    if (!subdomain.test(name)) causes.invalid('metadata.name', name, subdomainRule);
  }
};

export const validateLabels = (causes: Causes, field: string, labels: unknown): void => {
  for (const [key, value] of Object.entries(isObject(labels) ? labels : {})) {
    const name = key.slice(key.indexOf('/') + 1);
    if (!qualifiedName.test(key) || name.length > 63) causes.invalid(field, key, nameRule);
    const text = String(value);
    if (text.length > 63) causes.invalid(field, text, 'must be no more than 63 characters');
    else if (!labelValue.test(text)) causes.invalid(field, text, valueRule);
  }
};
