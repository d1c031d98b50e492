import type { SourceConfig } from '../config/types.ts';
import type { Parsed } from '../event.ts';
import type { RawRequest } from '../http.ts';

/** The unsealed secrets of one source, as far as tagboat.yml gives them. */
export type SourceSecrets = { readonly secret?: string | undefined; readonly key?: string | undefined };

/**
 * What a webhook source knows: how a genuine request of it looks, and what it says. It does no I/O and decides nothing.
 * `test/contract/sources.test.ts` holds every source to this.
 */
export type Source = {
  /** As in `sources:` of tagboat.yml, in the webhook's path, and the name of the source's file. */
  readonly name: string;
  /** Which fields of its configuration it cannot do without. */
  readonly needs: readonly ('secret' | 'key')[];
  /**
   * Checks the raw bytes, in constant time, before anything parses them.
   * @param pathKey the last segment of `/webhooks/{source}/{key}`, where there is one
   * @throws TagboatError `signature-missing`, `signature-wrong`
   */
  verify(request: RawRequest, secrets: SourceSecrets, pathKey: string | undefined): void | Promise<void>;
  /**
   * Everything the request announces, and why the rest of it is no event.
   * @throws TagboatError `payload-not-json`, `payload-invalid`
   */
  parse(request: RawRequest, config: SourceConfig): Parsed;
};

/**
 * What a source knows whose events come through EventBridge and not as a webhook: who may send them, IAM has decided before.
 * It does no I/O either.
 */
export type EventSource = {
  /** As in `sources:` of tagboat.yml, and the name of the source's file. */
  readonly name: string;
  /** The field of its configuration that says whose events count. */
  readonly knownBy: 'accounts';
  /** @throws TagboatError `payload-invalid` */
  parse(event: unknown, config: SourceConfig): Parsed;
};
