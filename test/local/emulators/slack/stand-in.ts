import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { onTestFinished } from 'vitest';
import { run } from '../../../../bin/commands/slack.ts';
import { createSlackServer } from '../../../../infra/local/emulators/slack/server/server.ts';
import type { RawRequest } from '../../../../lib/http.ts';
import type { ApiRelease } from '../../../../lib/release/api/view.ts';
import { parseSlashCommand, type SlashCommand } from '../../../../lib/slack/command.ts';
import { type Interaction, parseInteraction } from '../../../../lib/slack/interaction.ts';
import { verifySlackRequest } from '../../../../lib/slack/verify.ts';
import { serve } from '../../serve.ts';

const signingSecret = 'the signing secret of the example';

type Response = { readonly status?: number; readonly body?: object };

export type StandInOptions = {
  readonly commands?: (command: SlashCommand) => Response | Promise<Response>;
  readonly interactions?: (interaction: Interaction) => Response | Promise<Response>;
  readonly releases?: () => readonly Partial<ApiRelease>[];
  /** Called when the messages were looked at. */
  readonly looked?: () => Promise<void>;
};

/** Says something into a response URL, as the functions do. */
export const respond = async (url: string, message: object): Promise<void> => {
  await fetch(url, { method: 'POST', body: JSON.stringify(message) });
};

/**
 * A stack that answers as a test says: its Slack is the real stand-in, its functions verify and parse as the real ones do.
 * @returns the `tagboat slack` that talks to it
 */
export const startStandIn = async (options: StandInOptions) => {
  const server = createSlackServer();
  let origin = '';
  const answer = async (pathname: string, request: RawRequest): Promise<Response> => {
    const allowedBase = `${origin}/local/slack/responses`;
    if (pathname === '/releases') return { body: { releases: options.releases?.() ?? [] } };
    if (pathname.startsWith('/releases/'))
      return { body: options.releases?.().find(({ id }) => pathname.endsWith(`/${id}`)) ?? {} };
    verifySlackRequest(request, signingSecret, Date.now());
    const answered =
      pathname === '/slack/commands'
        ? await options.commands?.(parseSlashCommand(request, { allowedBase }))
        : await options.interactions?.(parseInteraction(request, { allowedBase }));
    return answered ?? { status: 404, body: { error: { message: `there is no ${pathname}` } } };
  };
  origin = await serve(async (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://x');
    if (pathname.startsWith('/local/slack')) {
      await server.handle(request, response);
      if (request.method === 'GET') await options.looked?.();
      return;
    }
    const body = Buffer.concat(await request.toArray());
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
    );
    const { status = 200, body: json } = await answer(pathname, {
      method: request.method ?? '',
      path: pathname,
      query: {},
      headers,
      body,
    });
    return response.writeHead(status).end(json === undefined ? '' : JSON.stringify(json));
  });
  const state = await mkdtemp(join(tmpdir(), 'tagboat-slack-'));
  onTestFinished(() => rm(state, { recursive: true }));
  const secrets = { 'slack/signingSecret': signingSecret };
  await writeFile(join(state, 'stack.json'), JSON.stringify({ url: origin, pid: process.pid, secrets }));

  const slack = async (...args: readonly string[]) => {
    let stdout = '';
    let stderr = '';
    const code = await run([...args, '--state', state], {
      stdin: Readable.from([]),
      stdout: { write: (text) => (stdout += text) },
      stderr: { write: (text) => (stderr += text) },
      env: {},
    });
    return { code, stdout, stderr };
  };
  return { server, slack };
};
