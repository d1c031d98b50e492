import type { ImageField } from '../config/types.ts';
import type { Cursor, ScalarCursor } from './cursor.ts';
import type { ManifestDocument } from './document.ts';

/** What is looked for. */
export type Wanted = {
  /** Normalised name, as `name` of `lib/image.ts`: `docker.io/library/okeydokey`. */
  readonly image: string;
  /** Name of the app in tagboat.yml; only with it are `# tagboat:` markers found. */
  readonly app?: string | undefined;
  /** Those of the environment's `fields` whose glob means the file. */
  readonly fields?: readonly ImageField[] | undefined;
};

/** What is to stand there. */
export type ImageTarget = Wanted & {
  readonly tag: string;
  /** Only where the environment pins digests. Without it a digest that stands in the manifest is taken out. */
  readonly digest?: string | undefined;
  /** Which of the places are meant, by the tag that they have now; all where absent. */
  readonly only?: ((tag: string | undefined) => boolean) | undefined;
};

/** The object that runs the image. */
export type Workload = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string | undefined;
};

/** A new value for one scalar; the whole value, as a person reads it. */
export type Edit = { readonly at: ScalarCursor; readonly to: string };

/** One place where the image stands. It may be spread over several scalars (`tag` and `digest`). */
export type Site = {
  readonly at: ScalarCursor;
  readonly tag: string | undefined;
  readonly digest: string | undefined;
  readonly workload?: Workload | undefined;
  /** What of `fields` led here. */
  readonly field?: ImageField | undefined;
  /** Called where no other format has this place. @throws TagboatError `manifest-refused` where an edit would not be all */
  checkAlone?(): void;
  /** @throws TagboatError `manifest-refused` where the target cannot be written in this form */
  edits(target: ImageTarget): readonly Edit[];
};

/** One way to write down which image runs. */
export type Format = {
  readonly name: string;
  /**
   * Every place of the document that carries the image; none where the document is not of this format.
   * @throws TagboatError `manifest-refused`
   */
  find(document: ManifestDocument, wanted: Wanted): readonly Site[];
  /** Values of the document that hold manifests as text: patches within a kustomization. */
  texts?(document: ManifestDocument): readonly Cursor[];
};
