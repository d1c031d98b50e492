import type { Config } from '../../../../lib/config/types.ts';

/** What a browser shows at the stack's address: where everything is. */
export const indexOf = (config: Config): string => {
  const rows: readonly (readonly [string, string])[] = [
    ['GET  /releases', 'releases, newest first: ?app= &environment= &limit='],
    ['GET  /releases/<id>', 'one of them'],
    ...Object.entries(config.sources).map(([name, { key }]): readonly [string, string] => [
      `POST /webhooks/${name}${key === undefined ? '' : '/<key>'}`,
      'webhook',
    ]),
    ...(config.slack === undefined
      ? []
      : [
          ['POST /slack/commands', '/undo and /tagboat, signed by Slack'] as const,
          ['POST /slack/interactions', 'buttons, signed by Slack'] as const,
        ]),
    ['GET  /local/slack', 'what would have gone to Slack'],
    ['GET  /local/agent', 'what applies commits where an environment delivers by `agent`'],
    ['POST /local/agent/pause', 'and /local/agent/resume'],
    ...Object.keys(config.configRepos).map((name): readonly [string, string] => [
      `     /git/${name}.git`,
      'Git, where the stack serves it',
    ]),
    ['     /v2/', 'container registry'],
    ['     /api, /apis', 'Kubernetes, over TLS, where it is embedded'],
    ['GET  /healthz', 'what runs here'],
  ];
  const width = Math.max(...rows.map(([path]) => path.length));
  return `Tagboat, the local stack\n\n${rows.map(([path, what]) => `${path.padEnd(width)}  ${what}`).join('\n')}\n`;
};
