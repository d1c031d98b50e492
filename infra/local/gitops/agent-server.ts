import type { IncomingMessage, ServerResponse } from 'node:http';
import { respondJson } from '../runtime/gateway/respond.ts';
import type { Agent } from './agent.ts';

/** The switch of the agent: `GET /local/agent` says how it is, `POST /local/agent/pause` and `…/resume` what it is to do. */
export const handleAgent = async (
  agent: Agent,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  request.resume();
  const pathname = (request.url ?? '').split('?')[0];
  const order = `${request.method} ${pathname}`;
  if (order === 'POST /local/agent/pause') agent.pause();
  else if (order === 'POST /local/agent/resume') agent.resume();
  else if (order !== 'GET /local/agent') return respondJson(response, 404, { error: `there is no ${order}` });
  if (order.startsWith('POST')) await agent.sync();
  respondJson(response, 200, agent.status());
};
