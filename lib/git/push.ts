import { TagboatError } from '../errors.ts';
import type { GitObject } from './object.ts';
import { writePack } from './pack-write.ts';
import { encodePacket, flushPacket } from './pkt-line.ts';
import { readReport } from './report-status.ts';
import { callService } from './service.ts';
import type { Transport } from './transport.ts';

type Push = {
  /** Where the repository is. */
  readonly base: string;
  /** In full: `refs/heads/main`. */
  readonly ref: string;
  /** What the ref has to point at for the push to happen. */
  readonly from: string;
  readonly to: string;
  readonly objects: readonly GitObject[];
  /** Of those that the server announces. The form of the answer shows whether it used the side band. */
  readonly capabilities: readonly string[];
};

type Pushed = {
  readonly type: 'pushed' | 'moved';
  /** The request went out twice, or the server does not report: a `moved` may mean that it succeeded. */
  readonly uncertain: boolean;
};

/**
 * Pushes objects and moves one ref from one commit to another, by compare-and-swap. What happened is in the report, not in
 * the HTTP status: a push over a moved branch is answered 200.
 * @throws TagboatError `git-push-refused`, `git-unreachable` (the server's own trouble), `git-protocol`, and what `Transport` throws
 */
export const push = async (transport: Transport, request: Push): Promise<Pushed> => {
  const { base, ref, from, to, objects, capabilities } = request;
  const command = encodePacket(`${from} ${to} ${ref}\0 ${capabilities.join(' ')}`);
  const body = Buffer.concat([command, flushPacket, writePack(objects)]);
  // Version 2 of the protocol has no push
  const answer = await callService(transport, 'receive-pack', { base, version: 0 }, body);
  if (!capabilities.includes('report-status')) return { type: 'moved', uncertain: true };
  const report = readReport(answer.body, ref);
  if (report.outcome === 'pushed' || report.outcome === 'moved')
    return { type: report.outcome, uncertain: answer.repeated };
  const said = transport.words(`${report.reason}\n${report.remarks}`);
  if (report.outcome === 'failed')
    throw new TagboatError('git-unreachable', `the Git server failed over the push: ${said}`);
  throw new TagboatError('git-push-refused', `the Git server refuses the push: ${said}`);
};
