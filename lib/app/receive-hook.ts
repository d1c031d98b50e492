import { TagboatError } from '../errors.ts';
import { type Parsed, type SourceEvent, unnamedDelivery } from '../event.ts';
import type { RawRequest } from '../http.ts';
import type { TokenVerifier } from '../identity-token.ts';
import { type SecretAge, verifyRotated } from '../rotated-secret.ts';
import { sources } from '../sources/catalog.ts';
import { withinScope } from '../sources/scope.ts';
import { verifySource } from '../sources/verify.ts';
import type { Runtime } from './runtime.ts';
import { sourceSecrets } from './source-secrets.ts';

/** What a source, by its name, may announce of what was parsed: nothing where it is not configured any more. */
export const withinConfig =
  ({ sources: configured }: Pick<Runtime['config'], 'sources'>) =>
  (parsed: Parsed, name: string): Parsed =>
    Object.hasOwn(configured, name) ? withinScope(parsed, name, configured) : { events: [], ignored: [] };

/** A genuine webhook, and by which secret of its source it is known to be. */
export type ReceivedHook = { readonly parsed: Parsed; readonly provenBy: SecretAge };

/**
 * A sender that gives its deliveries no id may send the same bytes for a tag that was pushed again: each request counts then,
 * and those that come to the same image are found to be one.
 */
const named =
  (requestId: string) =>
  (event: SourceEvent): SourceEvent =>
    event.delivery === unnamedDelivery ? { ...event, delivery: `request:${requestId}` } : event;

type Addressed = {
  readonly source?: string | undefined;
  readonly key?: string | undefined;
  readonly requestId: string;
};

export type ReceiveContext = Pick<Runtime, 'config' | 'secrets'> & { readonly verifyToken: TokenVerifier };

/**
 * Verifies the raw bytes of a webhook, and only then parses them; what the source may not announce is set aside.
 * @param path the segments of `/webhooks/{source}[/{key}]`, and the id of the request
 * @throws TagboatError `source-unknown`, `signature-…`, `payload-…`; `kms-…`, `secret-…`, `identity-keys-unreachable`
 */
export const receiveHook = async (
  request: RawRequest,
  { source: name = '', key, requestId }: Addressed,
  { config: { sources: configured }, secrets, verifyToken }: ReceiveContext,
): Promise<ReceivedHook> => {
  const config = Object.hasOwn(configured, name) ? configured[name] : undefined;
  const type = config?.type ?? name;
  const source = Object.hasOwn(sources, type) ? sources[type] : undefined;
  // A name that nobody configured is not repeated: it may be a key, in a URL that was put together wrongly
  if (source === undefined || config === undefined)
    throw new TagboatError('source-unknown', 'no source of that name is configured');
  const provenBy = await verifyRotated(sourceSecrets(name, config, secrets.unseal), (opened) =>
    verifySource(source, { request, secrets: opened, pathKey: key, verifyToken }, config),
  );
  const { events, ignored } = source.parse(request, config);
  const parsed = { events: events.map(named(requestId)), ignored };
  return { parsed: withinScope(parsed, name, configured), provenBy };
};
