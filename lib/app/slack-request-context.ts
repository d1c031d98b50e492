import { sendCommandJob } from '../slack-app/command-job.ts';
import { createRequestLog } from '../slack-app/request-log.ts';
import type { RequestContext } from '../slack-app/slack-context.ts';
import type { Runtime } from './runtime.ts';
import { slackConfigOf } from './slack-client.ts';

/** What takes requests of Slack's. @throws TagboatError `source-unknown` without a `slack:` in tagboat.yml */
export const createRequestContext = (runtime: Runtime): RequestContext => {
  const { config, secrets, queues, leases, local } = runtime;
  const slack = slackConfigOf(config);
  const { signingSecret, previousSigningSecret: previous } = slack;
  const open = (sealed: string) => () => secrets.unseal(sealed, 'slack/signingSecret');
  return {
    ...runtime,
    slack,
    requests: createRequestLog(leases),
    signingSecret: open(signingSecret),
    previousSigningSecret: previous === undefined ? undefined : open(previous),
    enqueue: (job, signal) => sendCommandJob(queues, job, signal),
    allowedBase: local?.slackResponses,
  };
};
