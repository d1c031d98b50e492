import type { Node, Scalar, YAMLMap } from 'yaml';
import type { Located } from './refusal.ts';
import type { Sharing } from './sharing.ts';

/** One parsed document of a file. Offsets of nodes (`range`) count from the beginning of the document. */
export type ManifestDocument = Located & {
  /** Position in the stream, from 0. */
  readonly index: number;
  readonly text: string;
  readonly root: Node | null;
  readonly sharing: Sharing;
  /** Offset of a template expression in the place of a value, if there is one: the file is no finished YAML. */
  readonly template: number | undefined;
  /** Where the document is a text within another one: the scalar that holds it. */
  readonly within?: Embedding | undefined;
};

/** Where a document stands in a text that another document holds. */
export type Embedding = {
  readonly at: ScalarCursor;
  /** Where it begins in that text. */
  readonly start: number;
  /** From an offset in the text to one in the outer document; undefined where the text is not written as it reads. */
  readonly toOuter: ((offset: number) => number) | undefined;
};

/** Why a place cannot be edited, found on the way to it. It matters only once the image turns out to stand there. */
export type Hazard = {
  readonly offset: number;
  readonly reason: string;
  /** What shows in several places; it is no hazard where all of them are about the same image. */
  readonly shared?: Node | undefined;
  readonly isAlias?: boolean | undefined;
};

/** A node, the way to it, and what is wrong with the way. Never an alias: those are followed. */
export type Cursor<T extends Node = Node> = {
  readonly document: ManifestDocument;
  readonly node: T;
  readonly path: readonly (string | number)[];
  readonly hazards: readonly Hazard[];
  /** The map that has it as its own, which is not the one it was asked from where a merge key brings it. */
  readonly holder?: YAMLMap | undefined;
};

export type ScalarCursor = Cursor<Scalar>;
