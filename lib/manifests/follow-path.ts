import { isMap } from 'yaml';
import type { PathStep } from '../field-path.ts';
import { type Cursor, child, distinct, items, textAt } from './cursor.ts';
import { pairsByKey } from './keys.ts';

/** Every value at the end of a path, each node once; none where the document does not have it. */
export const followPath = (from: Cursor, steps: readonly PathStep[]): readonly Cursor[] =>
  steps.reduce<readonly Cursor[]>(
    (cursors, step) => distinct(cursors.flatMap((at) => followStep(at, step))),
    [from],
  );

const followStep = (at: Cursor, step: PathStep): readonly Cursor[] => {
  switch (step.type) {
    case 'key':
      return child(at, step.key);
    case 'index':
      // The position in the text: an item that is the alias of an earlier one counts too.
      return items(at).filter(({ path }) => path.at(-1) === step.index);
    case 'entry':
      return items(at).filter((item) => textAt(item, step.key) === step.text);
    case 'any-key':
      return isMap(at.node)
        ? [...pairsByKey(at.node).keys()].filter((key) => key !== '<<').flatMap((key) => child(at, key))
        : [];
    case 'any-entry':
      return items(at);
  }
};
