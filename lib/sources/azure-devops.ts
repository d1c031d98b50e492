import * as z from 'zod/mini';
import { unnamedDelivery } from '../event.ts';
import { checkShape, ignored, objectId, parseJson, person, timeIn, word } from './payload.ts';
import { refsOf, tagsPushed } from './pushed-refs.ts';
import { isNoObject, repositoryOf, tagOfRef } from './repository.ts';
import type { Source } from './source.ts';

const eventShape = z.object({ eventType: word, publisherId: word });
const pushShape = z.object({
  id: z.optional(z.unknown()),
  createdDate: z.optional(z.unknown()),
  resource: z.object({
    refUpdates: refsOf(z.object({ name: word, newObjectId: objectId })),
    // Those that the push brought along
    commits: z.nullish(z.array(z.object({ commitId: objectId }))),
    repository: z.object({ remoteUrl: z.url() }),
    pushedBy: z.nullish(z.object({ displayName: z.optional(z.unknown()) })),
  }),
});

const deliveryId = z.string().check(z.regex(/^[\w-]{1,100}$/));

/**
 * Azure DevOps, Services and Server: the service hook "Code pushed", which signs nothing, but sends a user and a password.
 * https://learn.microsoft.com/en-us/azure/devops/service-hooks/events#code-pushed
 */
export const azureDevops: Source = {
  name: 'azure-devops',
  needs: ['secret'],
  takes: ['repositories'],
  proofs: () => [{ type: 'basic' }],
  parse: (request) => {
    const body = parseJson(request.body);
    const { eventType: event } = checkShape(eventShape, body);
    if (event !== 'git.push') return ignored('event-not-used', `the event ${event} is not used`);
    const { id, createdDate, resource } = checkShape(pushShape, body);
    const commits = new Set(resource.commits?.map(({ commitId }) => commitId));
    return tagsPushed(
      resource.refUpdates.map(({ name, newObjectId }) => ({
        tag: tagOfRef(name),
        isDeleted: isNoObject(newObjectId),
        // Of an annotated tag it is the tag object, and nothing tells which it is but that the commit came with it
        revision: commits.has(newObjectId) ? newObjectId : undefined,
      })),
      {
        source: 'azure-devops',
        delivery: z.safeParse(deliveryId, id).data ?? unnamedDelivery,
        repository: repositoryOf(resource.repository.remoteUrl),
        actor: person(resource.pushedBy?.displayName),
        pushedAt: timeIn(createdDate),
      },
    );
  },
};
