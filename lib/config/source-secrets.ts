import { z } from 'zod';
import * as field from './fields.ts';
import { atKey, type Finding, type Path } from './problems.ts';
import type { SourceConfig } from './types.ts';

/** What a source proves a webhook with. Two that are taken at once are two fields, or a list of both, the new one first. */
type Need = 'secret' | 'key';

const previousNames = { secret: 'previousSecret', key: 'previousKey' } as const;
const listNames = { secret: 'secrets', key: 'keys' } as const;

const single = {
  secret: field.secret({
    title: 'Secret',
    description: 'Sealed secret or token that the sender signs with or sends; slot sources/<name>/secret.',
  }),
  key: field.secret({
    title: 'Key',
    description:
      'Sealed last segment of the webhook URL, for senders that sign nothing; slot sources/<name>/key.',
  }),
};

const previous = (need: Need) =>
  field.secret({
    title: `Previous ${need}`,
    description: `The line of \`${need}\` from before it was changed; taken as well, until it is taken out.`,
  });

const both = (need: Need) =>
  z
    .array(single[need])
    .refine(
      ({ length }) => length === 1 || length === 2,
      'one or two are expected here: the new one, then the old one',
    )
    .meta({
      minItems: 1,
      maxItems: 2,
      title: `New and old ${need}`,
      description: `In the place of \`${need}\` and \`${previousNames[need]}\`; the same slot for both.`,
      examples: [['kms:…', 'kms:…']],
    });

/** The fields of a source's secrets, in either spelling; that there is one of them is `secretFindings`. */
export const secretFields = (needs: readonly Need[]): Record<string, z.ZodType> =>
  Object.fromEntries(
    needs.flatMap((need) => [
      [need, single[need].optional()],
      [previousNames[need], previous(need).optional()],
      [listNames[need], both(need).optional()],
    ]),
  );

/** The same for editors. */
export const oneSpelling = (needs: readonly Need[]) =>
  needs.length === 0
    ? {}
    : { allOf: needs.map((need) => ({ oneOf: [{ required: [need] }, { required: [listNames[need]] }] })) };

/** A source with its secrets in fields of their own. */
export const withFields = ({
  secrets,
  keys,
  ...source
}: SourceConfig & {
  readonly secrets?: readonly string[] | undefined;
  readonly keys?: readonly string[] | undefined;
}): SourceConfig => ({
  ...source,
  ...(secrets === undefined ? {} : { secret: secrets[0], previousSecret: secrets[1] }),
  ...(keys === undefined ? {} : { key: keys[0], previousKey: keys[1] }),
});

/** What is wrong with the fields of a source's secrets, beside each other. */
export const secretFindings = (
  source: Readonly<Record<string, unknown>>,
  path: Path,
  needs: readonly Need[],
): readonly Finding[] =>
  needs.flatMap((need) => {
    const name = listNames[need];
    if (source[name] === undefined)
      return source[need] === undefined ? [atKey(path, `\`${need}\` is missing`)] : [];
    return [need, previousNames[need]]
      .filter((other) => source[other] !== undefined)
      .map((other) =>
        atKey([...path, other], `\`${other}\` beside \`${name}\`, which has both; take it out`),
      );
  });
