import * as z from 'zod/mini';
import type { SourceConfig } from '../config/types.ts';
import { TagboatError } from '../errors.ts';
import type { Parsed } from '../event.ts';
import type { RawRequest } from '../http.ts';
import { checkShape, deliveryOf, exactText, ignored, objectId, parseJson, person, word } from './payload.ts';
import { type Proof, verifyProof } from './proof.ts';
import { refsOf, tagsPushed } from './pushed-refs.ts';
import { isNoObject, repositoryOf, tagOfRef } from './repository.ts';
import type { Source } from './source.ts';

// https://support.atlassian.com/bitbucket-cloud/docs/event-payloads/#Push
const cloudRef = z.object({
  type: word,
  name: word,
  target: z.nullish(z.object({ type: z.optional(z.unknown()), hash: objectId })),
});
const cloudPush = z.object({
  actor: z.nullish(z.object({ nickname: z.optional(z.unknown()), display_name: z.optional(z.unknown()) })),
  repository: z.object({ links: z.object({ html: z.object({ href: z.url() }) }) }),
  push: z.object({ changes: refsOf(z.object({ new: z.nullable(cloudRef), old: z.nullish(cloudRef) })) }),
});

// https://confluence.atlassian.com/bitbucketserver/event-payload-938025882.html
const serverPush = z.object({
  eventKey: z.literal('repo:refs_changed'),
  actor: z.nullish(z.object({ name: z.optional(z.unknown()) })),
  repository: z.object({
    slug: word,
    project: z.object({ key: word }),
    links: z.optional(z.object({ clone: z.optional(z.array(z.object({ name: word, href: word }))) })),
  }),
  changes: refsOf(z.object({ ref: z.object({ id: word }), toHash: objectId })),
  toCommit: z.nullish(z.object({ id: objectId })),
});
const ping = z.object({ test: z.literal(true) });

const isTag = (ref: z.output<typeof cloudRef> | null | undefined): boolean =>
  ref?.type === 'tag' || ref?.type === 'annotated_tag';

const parseCloudPush = (body: unknown, request: RawRequest): Parsed => {
  const { actor, repository, push } = checkShape(cloudPush, body);
  return tagsPushed(
    push.changes.map(({ new: to, old: from }) => {
      const ref = to ?? from;
      return {
        tag: isTag(ref) ? ref?.name : undefined,
        isDeleted: to === null,
        revision: to?.target?.type === 'commit' ? to.target.hash : undefined,
      };
    }),
    {
      source: 'bitbucket',
      delivery: deliveryOf(request, 'x-request-uuid'),
      repository: repositoryOf(repository.links.html.href),
      actor: person(actor?.nickname) ?? person(actor?.display_name),
    },
  );
};

/** What is cloned, at the host of tagboat.yml or at the one that the server says it has; old ones say none. */
const clonedFrom = (
  { slug, project, links }: z.output<typeof serverPush>['repository'],
  host: string | undefined,
): string => {
  const link = links?.clone?.find(({ name }) => name === 'http')?.href;
  const url = link !== undefined && URL.canParse(link) ? new URL(link) : undefined;
  const path = url?.pathname ?? `/scm/${encodeURI(project.key)}/${encodeURI(slug)}`;
  const at = host ?? url?.host;
  if (at === undefined)
    throw new TagboatError('payload-invalid', 'the payload names no host; set `host` of the source');
  return repositoryOf(`${url?.protocol ?? 'https:'}//${at}${path}`);
};

const parseServerPush = (body: unknown, request: RawRequest, { host }: SourceConfig): Parsed => {
  const { actor, repository, changes, toCommit } = checkShape(serverPush, body);
  return tagsPushed(
    changes.map(({ ref, toHash }) => ({
      tag: tagOfRef(ref.id),
      isDeleted: isNoObject(toHash),
      // `toHash` is the tag object where the tag is annotated. The commit is that of one change, and newer servers send it.
      revision: changes.length === 1 ? toCommit?.id : undefined,
    })),
    {
      source: 'bitbucket',
      delivery: deliveryOf(request, 'x-request-id'),
      repository: clonedFrom(repository, host),
      actor: person(actor?.name),
    },
  );
};

type Parse = (body: unknown, request: RawRequest, config: SourceConfig) => Parsed;

const events: Readonly<Record<string, Parse>> = {
  'repo:push': parseCloudPush,
  'repo:refs_changed': parseServerPush,
  'diagnostics:ping': (body) => {
    checkShape(ping, body);
    return ignored('ping', 'the address is right; whether the secret is, only a push shows');
  },
};

const proofs: readonly Proof[] = [
  { type: 'hmac', header: 'x-hub-signature', algorithm: 'sha256', prefix: 'sha256=' },
];

/** "Test connection" of Data Center signs nothing, whatever the secret, and announces nothing. */
const isTest = ({ headers, body }: RawRequest): boolean =>
  headers['x-hub-signature'] === undefined &&
  headers['x-event-key'] === 'diagnostics:ping' &&
  /^\s*\{\s*"test"\s*:\s*true\s*\}\s*$/.test(body.length > 100 ? '' : (exactText(body) ?? ''));

/**
 * Bitbucket, Cloud and Data Center: HMAC-SHA256 over the raw body in `X-Hub-Signature`. Each has a push of its own shape.
 * https://support.atlassian.com/bitbucket-cloud/docs/manage-webhooks/#Secure-webhooks
 */
export const bitbucket: Source = {
  name: 'bitbucket',
  needs: ['secret'],
  takes: ['host', 'repositories'],
  proofs: () => proofs,
  verify: async (claim) => {
    if (!isTest(claim.request)) await verifyProof(proofs, claim);
  },
  parse: (request, config) => {
    const event = request.headers['x-event-key'];
    if (event === undefined) throw new TagboatError('payload-invalid', 'the header X-Event-Key is missing');
    const body = parseJson(request.body);
    const parse = Object.hasOwn(events, event) ? events[event] : undefined;
    return parse === undefined
      ? ignored('event-not-used', 'events of this kind are not used')
      : parse(body, request, config);
  },
};
