import { protocolError } from './protocol-error.ts';

/** What a side-band packet stream carries: https://git-scm.com/docs/gitprotocol-pack#_packfile_data */
type Bands = {
  /** Band 1. */
  readonly data: Buffer;
  /** Band 2: what a person would see behind `remote:`. */
  readonly progress: string;
  /** Band 3: why the server gave up. */
  readonly fatal: string | undefined;
};

/** How much of the server's progress output is kept. */
const maxProgress = 16_384;

/**
 * Takes the bands apart.
 * @throws TagboatError `git-protocol` for a band that does not exist
 */
export const demultiplex = (payloads: readonly Buffer[]): Bands => {
  const data: Buffer[] = [];
  const progress: Buffer[] = [];
  let progressLength = 0;
  let fatal: string | undefined;
  for (const payload of payloads) {
    const rest = payload.subarray(1);
    if (payload[0] === 1) data.push(rest);
    else if (payload[0] === 2) {
      if (progressLength < maxProgress) progress.push(rest);
      progressLength += rest.length;
    } else if (payload[0] === 3) fatal = `${fatal ?? ''}${rest.toString('utf8')}`.slice(0, maxProgress);
    else throw protocolError('the server used a side band that does not exist');
  }
  return {
    data: Buffer.concat(data),
    progress: Buffer.concat(progress).subarray(0, maxProgress).toString('utf8'),
    fatal,
  };
};
