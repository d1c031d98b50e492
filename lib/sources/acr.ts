import * as z from 'zod/mini';
import type { IgnoredReason, Parsed } from '../event.ts';
import { notificationEvent, readNotification } from './notification.ts';
import { announced, checkShape, ignored, parseJson, word } from './payload.ts';
import type { Source } from './source.ts';

const unused: Readonly<Record<string, Parsed>> = {
  ping: ignored('ping', 'pong'),
  delete: ignored('tag-deleted', 'an image or a tag was deleted'),
  chart_push: ignored('not-an-image', 'a Helm chart was pushed'),
  chart_delete: ignored('not-an-image', 'a Helm chart was deleted'),
};

const why: Readonly<Partial<Record<IgnoredReason, string>>> = {
  'not-a-push': 'the action is not used',
  'no-tag': 'a manifest was pushed without a tag',
  'not-an-image': 'the event names no image',
};

/**
 * Azure Container Registry, whose webhooks say what CNCF Distribution says, an event at a time. It signs nothing, but sends the
 * headers that it is told to: `Authorization` must be the secret, as it stands or behind `Bearer `. Event Grid is another way, with
 * a handshake, and not this one.
 * https://learn.microsoft.com/azure/container-registry/container-registry-webhook-reference
 */
export const acr: Source = {
  name: 'acr',
  needs: ['secret'],
  takes: ['host', 'images'],
  proofs: () => [{ type: 'token', header: 'authorization', schemes: ['Bearer '] }],
  parse: (request, config) => {
    const body = parseJson(request.body);
    const { action } = checkShape(z.object({ action: word }), body);
    const set = Object.hasOwn(unused, action) ? unused[action] : undefined;
    if (set !== undefined) return set;
    if (action !== 'push') return ignored('event-not-used', `the action ${action} is not used`);
    const outcome = readNotification(checkShape(notificationEvent, body), 'acr', config.host);
    return typeof outcome === 'string' ? ignored(outcome, why[outcome] ?? outcome) : announced(outcome);
  },
};
