import type { SourceConfig } from '../config/types.ts';
import type { Parsed } from '../event.ts';
import type { RawRequest } from '../http.ts';
import type { Claim, Proof } from './proof.ts';

export type SourceOption =
  | 'host'
  | 'path'
  | 'repositories'
  | 'images'
  | 'redelivery'
  | 'audience'
  | 'serviceAccount'
  | 'signature'
  | 'header'
  | 'image'
  | 'repository'
  | 'tag'
  | 'digest';

/**
 * What a webhook source knows: how a genuine request of it looks, and what it says. It does no I/O and decides nothing.
 * `test/contract/sources.test.ts` holds every source to this.
 */
export type Source = {
  /** A `type` of `sources:` in tagboat.yml, and the name of the source's file. */
  readonly name: string;
  /** The secrets that it cannot do without. */
  readonly needs: readonly ('secret' | 'key')[];
  /** Other fields of its configuration that it cannot do without; what each is, `lib/config/source-schema.ts` says. */
  readonly requires?: readonly SourceOption[];
  /** Fields that it understands besides. */
  readonly takes: readonly SourceOption[];
  /** How its sender proves that it knows them; one of these is enough. */
  proofs(config: SourceConfig): readonly Proof[];
  /**
   * Where a library checks the first of the proofs, or there is more to it than a secret.
   * @throws TagboatError `signature-missing`, `signature-wrong`
   */
  verify?(claim: Claim, config: SourceConfig): Promise<void>;
  /**
   * Everything the request announces, and why the rest of it is no event.
   * @throws TagboatError `payload-not-json`, `payload-invalid`
   */
  parse(request: RawRequest, config: SourceConfig): Parsed;
};
