import { atKey, type Finding } from './problems.ts';
import type { Environment } from './same-lines.ts';

/** What is wrong with how an environment wants its Jobs delivered. */
export const jobsFindings = ({ path, fields }: Environment): readonly Finding[] =>
  fields.replaceJobs !== undefined && (fields.deliver === 'set-image' || fields.deliver === 'agent')
    ? [
        atKey(
          [...path, 'replaceJobs'],
          '`replaceJobs` is about Jobs that `deliver: apply` applies; nothing else does',
        ),
      ]
    : [];
