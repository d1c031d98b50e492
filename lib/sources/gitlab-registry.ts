import { parseNotification } from './notification.ts';
import type { Source } from './source.ts';

/**
 * The container registry of a GitLab of one's own, which notifies as CNCF Distribution does, from which it stems; GitLab.com has
 * nothing of the kind. `Authorization` is what `registry['notifications']` of gitlab.rb says.
 * https://docs.gitlab.com/administration/packages/container_registry/#configure-container-registry-notifications
 */
export const gitlabRegistry: Source = {
  name: 'gitlab-registry',
  needs: ['secret'],
  takes: ['host', 'images'],
  proofs: () => [{ type: 'token', header: 'authorization', schemes: ['Bearer '] }],
  parse: (request, config) => parseNotification(request, 'gitlab-registry', config.host),
};
