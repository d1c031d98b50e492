const label = '[a-z0-9](?:[-a-z0-9]*[a-z0-9])?';
const apiVersionPattern = new RegExp(`^(?:${label}(?:\\.${label})*/)?${label}$`);
const kindPattern = /^[A-Za-z](?:[-A-Za-z0-9]*[A-Za-z0-9])?$/;
const maxName = 253;
const notInNames = /[/%\s\p{Cc}\p{Cf}\p{Cs}]/u;

/**
 * What makes the identity of an object one that no API server has, or undefined. All three become a part of a path, in which
 * `..` would name another object than the one that is meant. Most kinds are stricter, and the server says how.
 * https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#path-segment-names
 * @param kind a DNS label but for its case, as CustomResourceDefinitions have it
 */
export const identityProblem = ({
  apiVersion,
  kind,
  name,
}: {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
}): string | undefined => {
  const quoted = (text: string): string => JSON.stringify(text.slice(0, maxName));
  if (!apiVersionPattern.test(apiVersion)) return `apiVersion ${quoted(apiVersion)} is none`;
  if (!kindPattern.test(kind)) return `kind ${quoted(kind)} is none`;
  if (name === '.' || name === '..' || name.length > maxName || notInNames.test(name))
    return `Kubernetes has no ${kind} of the name ${quoted(name)}`;
  return undefined;
};
