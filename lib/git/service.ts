import { protocolError } from './protocol-error.ts';
import type { GitAnswer, Transport } from './transport.ts';

/**
 * One request to a service of a repository, and its answer.
 * @throws TagboatError `git-protocol` where what answers is not that service, and what `Transport` throws
 */
export const callService = async (
  transport: Transport,
  service: 'upload-pack' | 'receive-pack',
  server: { readonly base: string; readonly version: 2 | 0 },
  body: Buffer,
): Promise<GitAnswer> => {
  const accept = `application/x-git-${service}-result`;
  const answer = await transport.send({
    method: 'POST',
    base: server.base,
    suffix: `/git-${service}`,
    headers: {
      'content-type': `application/x-git-${service}-request`,
      accept,
      ...(server.version === 2 ? { 'git-protocol': 'version=2' } : {}),
    },
    body,
  });
  if (answer.contentType === accept) return answer;
  const asked = service === 'receive-pack' ? 'does not answer a push' : 'does not answer';
  throw protocolError(`the server ${asked} as a Git server does`);
};
