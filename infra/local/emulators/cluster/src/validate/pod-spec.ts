import { asArray, asObject, asString, isObject } from '../json.ts';
import type { Causes } from './causes.ts';
import { validateDnsLabel } from './names.ts';

const restartPolicies = ['Always', 'OnFailure', 'Never'];

const validateContainer = (
  causes: Causes,
  field: string,
  container: Readonly<Record<string, unknown>>,
  seen: Set<string>,
  volumes: ReadonlySet<string>,
): void => {
  const name = asString(container.name);
  if (name === '') causes.required(`${field}.name`);
  else validateDnsLabel(causes, `${field}.name`, name);
  if (seen.has(name)) causes.duplicate(`${field}.name`, name);
  seen.add(name);
  const image = asString(container.image);
  if (image === '') causes.required(`${field}.image`);
  else if (image !== image.trim())
    causes.invalid(`${field}.image`, image, 'must not have leading or trailing whitespace');
  for (const [index, port] of asArray(container.ports).entries()) {
    const value = asObject(port).containerPort;
    const path = `${field}.ports[${index}].containerPort`;
    if (value === undefined) causes.required(path);
    else if (typeof value !== 'number' || value < 1 || value > 65_535)
      causes.invalid(path, value, 'must be between 1 and 65535, inclusive');
  }
  for (const [index, variable] of asArray(container.env).entries())
    if (asString(asObject(variable).name) === '') causes.required(`${field}.env[${index}].name`);
  for (const [index, mount] of asArray(container.volumeMounts).entries()) {
    const volume = asString(asObject(mount).name);
    const path = `${field}.volumeMounts[${index}]`;
    if (volume === '') causes.required(`${path}.name`);
    else if (!volumes.has(volume)) causes.notFound(`${path}.name`, volume);
    if (asString(asObject(mount).mountPath) === '') causes.required(`${path}.mountPath`);
  }
};

/**
 * @param field where the spec stands: `spec` or `spec.template.spec`
 * @param claims names that a StatefulSet's volumeClaimTemplates add to the volumes
 */
export const validatePodSpec = (
  causes: Causes,
  field: string,
  spec: unknown,
  claims: readonly string[] = [],
): void => {
  const { containers, initContainers, volumes, restartPolicy } = asObject(spec);
  const volumeNames = new Set([
    ...asArray(volumes).map((volume) => asString(asObject(volume).name)),
    ...claims,
  ]);
  const seen = new Set<string>();
  if (asArray(containers).length === 0) causes.required(`${field}.containers`);
  for (const [list, items] of [
    ['containers', containers],
    ['initContainers', initContainers],
  ] as const)
    for (const [index, container] of asArray(items).entries())
      if (isObject(container))
        validateContainer(causes, `${field}.${list}[${index}]`, container, seen, volumeNames);
  for (const [index, volume] of asArray(volumes).entries())
    if (asString(asObject(volume).name) === '') causes.required(`${field}.volumes[${index}].name`);
  if (restartPolicy !== undefined && !restartPolicies.includes(String(restartPolicy)))
    causes.unsupported(`${field}.restartPolicy`, restartPolicy, restartPolicies);
};
