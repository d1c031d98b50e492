import { isScalar } from 'yaml';
import { type Cursor, child, descend, fieldsOf, items, offsetOf, rootOf, textAt } from './cursor.ts';
import { embeddedDocuments } from './embedded.ts';
import { type FlatValue, flatImages } from './flat-images.ts';
import type { Site, Wanted } from './format.ts';
import { mayCarry } from './mention.ts';
import { registryPaths } from './registries.ts';

/**
 * Images that the parameters of an Argo CD source set: `{name: image.repository, value: org/app}`, `{name: image.tag, value: v1}`.
 * They win over the values of the source, in which what they leave out may stand: the name of the image, or its tag.
 * https://argo-cd.readthedocs.io/en/stable/user-guide/helm/#helm-value-precedence
 */
export const parameterImages = (helm: Cursor, wanted: Wanted): readonly Site[] => {
  const parameters = helmParameters(helm);
  const names = new Set(parameters.map(({ path }) => path.join('.')));
  const parents = new Map(
    parameters
      .filter(({ path }) => imagePart.test(path.at(-1) ?? ''))
      .map(({ path }) => [path.slice(0, -1).join('.'), path.slice(0, -1)]),
  );
  if (parents.size === 0) return flatImages(parameters, wanted);
  const registries = registryPaths.map((path) => ['global', ...path.slice(0, -1)]);
  for (const path of registries) parents.set(path.join('.'), path);
  const values = [
    ...child(helm, 'valuesObject'),
    ...child(helm, 'values').flatMap((text) => rootsWithin(text, wanted)),
  ];
  const beside = [...parents.values()].flatMap((parent) =>
    values
      .flatMap((root) => descend(root, ...parent))
      .flatMap(fieldsOf)
      .map(({ key, value }) => ({ path: [...parent, key], value })),
  );
  return flatImages([...parameters, ...beside.filter(({ path }) => !names.has(path.join('.')))], wanted);
};

/** The last key of what says which image it is, and with which version. */
const imagePart = /(?:image|name|repository|registry|tag|digest|sha|sha256|hash)$/i;

/** The parameters of a source by their paths. Of several with one name the last counts, and none is edited. */
export const helmParameters = (helm: Cursor): readonly FlatValue[] => {
  const named = child(helm, 'parameters')
    .flatMap(items)
    .flatMap((item) => {
      const name = textAt(item, 'name') ?? '';
      return child(item, 'value').map((value) => ({ name, value }));
    });
  return [...Map.groupBy(named, ({ name }) => name)].flatMap(([name, some]) => {
    const last = some.at(-1)?.value;
    if (last === undefined) return [];
    const reason = `the parameter "${name}" stands more than once, and the last one counts; leave one`;
    const hazards = some.length === 1 ? [] : [{ offset: offsetOf(last.node), reason }];
    return [{ path: name.split('.'), value: { ...last, hazards: [...last.hazards, ...hazards] } }];
  });
};

const rootsWithin = (text: Cursor, wanted: Wanted): readonly Cursor[] =>
  isScalar(text.node) && mayCarry(String(text.node.value), wanted)
    ? embeddedDocuments(text).flatMap((document) => rootOf(document) ?? [])
    : [];
