import { atKey, atValue, type Finding } from './problems.ts';
import { list } from './raw.ts';
import type { Environment } from './same-lines.ts';

/** What is wrong with the kinds that an environment allows, beyond the form of their names. */
export const kindsFindings = ({ path, fields }: Environment): readonly Finding[] => {
  if (fields.kinds === undefined) return [];
  const kinds = list(fields.kinds);
  return [
    ...(fields.deliver === 'set-image' || fields.deliver === 'agent'
      ? [
          atKey(
            [...path, 'kinds'],
            '`kinds` says what `deliver: apply` may apply; nothing else applies documents',
          ),
        ]
      : []),
    ...kinds.flatMap((kind, index) =>
      typeof kind === 'string' && kinds.indexOf(kind) < index
        ? [atValue([...path, 'kinds', index], `\`${kind}\` is there twice`)]
        : [],
    ),
  ];
};
