import { createRequestLog } from '../slack-app/request-log.ts';
import type { WorkerContext } from '../slack-app/slack-context.ts';
import type { Runtime } from './runtime.ts';
import { createSlack, slackConfigOf } from './slack-client.ts';

/** What carries commands out. @throws TagboatError `source-unknown` without a `slack:` in tagboat.yml */
export const createWorkerContext = (
  runtime: Runtime,
  pauseRollout: WorkerContext['pauseRollout'],
): WorkerContext => {
  const { client } = createSlack(runtime);
  return {
    ...runtime,
    slack: slackConfigOf(runtime.config),
    pauseRollout,
    requests: createRequestLog(runtime.leases),
    respond: async (responseUrl, message) => (await client()).respond(responseUrl, message),
  };
};
