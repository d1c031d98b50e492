import { giteaSource } from './gitea.ts';
import type { Source } from './source.ts';

/**
 * Forgejo, which Codeberg runs. It sends Gitea's headers as well, so that a hook of it that goes to a source of the type `gitea`
 * is taken there, too. https://forgejo.org/docs/latest/user/webhooks/
 */
export const forgejo: Source = giteaSource('forgejo');
