import { type Cursor, type Hazard, isBlockScalar, isNull, offsetOf, type ScalarCursor } from './cursor.ts';
import { templateReason } from './parse.ts';
import { refuse } from './refusal.ts';
import { isSameImageEverywhere } from './sharing.ts';

/** What a scalar that is only a part of an image (its tag, its digest) belongs to. */
export type Belonging = {
  /** What names the image. */
  readonly name: Cursor | undefined;
  /** Keys of the map that say which image it is: a map that merges this one and has another of these is another image. */
  readonly names: readonly string[];
};

/**
 * To be called for every scalar that holds a whole reference and is about to be edited, or reported as carrying the image.
 * That aliases repeat it is no harm: what they repeat says that it is this image.
 * @throws TagboatError `manifest-refused` where an edit would not do what is meant
 */
export const claimReference = (cursor: ScalarCursor): void => {
  refuseFirst(
    cursor,
    cursor.hazards.filter(({ shared }) => shared === undefined),
  );
};

/**
 * The same for a scalar that is a part of an image.
 * @throws TagboatError `manifest-refused` also where an edit would change another image
 */
export const claimPart = (cursor: ScalarCursor, { name, names }: Belonging): void => {
  const { holder, document } = cursor;
  const isTogether = holder !== undefined && holder === name?.holder;
  const isHarmless = ({ shared }: Hazard): boolean =>
    shared !== undefined &&
    isTogether &&
    isSameImageEverywhere(
      shared,
      document.sharing.places(shared) ?? [],
      holder,
      names,
      document.sharing.resolve,
    );
  refuseFirst(
    cursor,
    cursor.hazards.filter((hazard) => !isHarmless(hazard)),
  );
};

const refuseFirst = (cursor: ScalarCursor, hazards: readonly Hazard[]): void => {
  const { document, node } = cursor;
  const [hazard] = hazards;
  if (hazard !== undefined) refuse(document, hazard.offset, hazard.reason);
  if (document.template !== undefined) refuse(document, document.template, templateReason);
  if (isBlockScalar(cursor) && !isNull(node))
    refuse(document, offsetOf(node), 'the image is a block scalar; write it on one line');
};
