import { parseDelivery, ping, verifySignature } from './github.ts';
import { parsePackage } from './github-package.ts';
import type { Source } from './source.ts';

/**
 * GitHub's container registry alone, where its webhook is another than that of the tags; a source `github` takes the same events.
 * https://docs.github.com/en/webhooks/webhook-events-and-payloads#package
 */
export const ghcr: Source = {
  name: 'ghcr',
  needs: ['secret'],
  takes: ['images'],
  proofs: () => [{ type: 'hmac', header: 'x-hub-signature-256', algorithm: 'sha256', prefix: 'sha256=' }],
  verify: verifySignature,
  parse: (request) =>
    parseDelivery(request, {
      ping,
      package: (_request, body) => parsePackage('package', request, body, 'ghcr'),
      registry_package: (_request, body) => parsePackage('registry_package', request, body, 'ghcr'),
    }),
};
