import type { ImageField } from '../../config/types.ts';
import { TagboatError } from '../../errors.ts';
import { type PathStep, parseFieldPath } from '../../field-path.ts';
import { type Cursor, rootOf, textAt } from '../cursor.ts';
import type { Format } from '../format.ts';
import { splitFieldSites } from '../split-field.ts';
import { wholeFieldSites } from '../whole-field.ts';

/** What `fields` of the environment name, in whatever kind of document. */
export const fields: Format = {
  name: 'fields',
  find: (document, wanted) => {
    const root = rootOf(document);
    if (root === undefined || document.within !== undefined) return [];
    return (wanted.fields ?? [])
      .filter(({ kind }) => kind === undefined || isOfKind(root, kind))
      .flatMap((field) => {
        const { path, name, tag, digest } = stepsOf(field);
        const sites =
          path === undefined
            ? splitFieldSites(root, { name, tag, digest }, wanted)
            : wholeFieldSites(root, { path, digest }, wanted);
        return sites.map((site) => ({ ...site, field }));
      });
  },
};

/** `Pod`, `WorkflowTemplate.argoproj.io`; the version does not matter. */
const isOfKind = (root: Cursor, name: string): boolean => {
  const apiVersion = textAt(root, 'apiVersion') ?? '';
  const group = apiVersion.includes('/') ? `.${apiVersion.split('/', 1)[0]}` : '';
  return `${textAt(root, 'kind')}${group}` === name;
};

const stepsOf = ({ path, name, tag, digest }: ImageField) => ({
  path: parse(path),
  name: parse(name),
  tag: parse(tag) ?? [],
  digest: parse(digest),
});

/** The configuration was checked when it was loaded. */
const parse = (text: string | undefined): readonly PathStep[] | undefined => {
  if (text === undefined) return undefined;
  const parsed = parseFieldPath(text);
  if ('wrong' in parsed) throw new TagboatError('config-invalid', `${text}: ${parsed.wrong}`);
  return parsed.steps;
};
