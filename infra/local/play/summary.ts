import path from 'node:path';
import { familiarName } from '../../../lib/image.ts';
import type { Stack } from '../stack/types.ts';
import { shortPath } from '../terminal/format.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { toCurl } from './hook.ts';
import { dockerLogin, imagePush, skopeoCopy } from './push-image.ts';
import type { Sample } from './sample.ts';

const labelWidth = 14;

const row = ({ line, style }: Terminal, label: string, text: string): void =>
  line(`  ${style.dim(label.padEnd(labelWidth))} ${text}`);

/** Where everything is. @param isOwn whether the user's own tagboat.yml is run, and not the example */
export const showStack = (stack: Stack, terminal: Terminal, isOwn = false): void => {
  const { external } = stack.aws.access;
  const { cluster } = stack;
  const server = cluster.type === 'external' ? (cluster.server ?? 'a server that it does not name') : '';
  const replaced = [...external].map((service) => `${service} at ${stack.aws.access.endpoint(service)}`);
  if (cluster.type === 'external') replaced.push(`cluster at ${server}`);
  terminal.line(terminal.style.bold('Tagboat'));
  row(terminal, 'listens on', stack.url);
  row(terminal, 'registry', `${stack.url}/v2/, push after ${dockerLogin(stack)}`);
  row(
    terminal,
    'Git',
    Object.values(stack.config.configRepos)
      .map(({ url }) => url)
      .join(', '),
  );
  row(
    terminal,
    'cluster',
    cluster.type === 'embedded'
      ? 'embedded'
      : `${server} (context ${cluster.context ?? 'none'}, from KUBECONFIG)`,
  );
  row(terminal, 'kubeconfig', shortPath(stack.kubeconfigPath));
  if (isOwn) row(terminal, 'in tagboat.yml', `kubeconfig: file:${stack.kubeconfigPath}`);
  if (external.size < 3)
    row(
      terminal,
      'AWS',
      `. ${shortPath(path.join(stack.stateDirectory, 'aws.env'))} (in a shell that talks to it)`,
    );
  row(terminal, 'state', shortPath(stack.stateDirectory));
  if (replaced.length > 0) row(terminal, 'not embedded', replaced.join(', '));
};

/** What the user's own tagboat.yml comes to, and where its webhooks are to be sent. */
export const showConfiguration = (stack: Stack, terminal: Terminal): void => {
  const { line, style } = terminal;
  line();
  line(style.bold('Apps'));
  for (const [name, app] of Object.entries(stack.config.apps))
    for (const [environmentName, environment] of Object.entries(app.environments)) {
      const tags = 'semver' in environment.tags ? environment.tags.semver : `/${environment.tags.pattern}/`;
      line(`  ${name} ${style.dim('to')} ${environmentName}`);
      row(terminal, '  image', familiarName(app.image));
      if (app.repository !== undefined) row(terminal, '  tags of', app.repository);
      row(terminal, '  on', `${environment.on}, tags ${tags}`);
      row(terminal, '  manifests', `${environment.configRepo}: ${environment.files.join(', ')}`);
      row(
        terminal,
        '  cluster',
        `${environment.cluster}, namespace ${environment.namespace}, ${environment.deliver}`,
      );
    }
};

/** Where webhooks are to be sent. */
export const showWebhooks = (stack: Stack, terminal: Terminal): void => {
  const { line, style } = terminal;
  line();
  line(style.bold('Webhooks'));
  for (const [name, source] of Object.entries(stack.config.sources)) {
    const key = source.key === undefined ? '' : '/<the key>';
    row(terminal, name, `POST ${stack.url}/webhooks/${name}${key}`);
  }
  if (stack.config.slack !== undefined) {
    row(terminal, 'Slack', `POST ${stack.url}/slack/commands`);
    row(terminal, 'its buttons', `POST ${stack.url}/slack/interactions`);
  }
  const token = stack.config.api === undefined ? '' : ', with the token of `api`';
  row(terminal, 'releases', `GET  ${stack.url}/releases${token}`);
};

/** For each app the lines to copy that push an image and send its hook. */
export const showSamples = (stack: Stack, samples: readonly Sample[], { line, style }: Terminal): void => {
  const shown = new Set<string>();
  for (const { app, image, current, tag, named, kind, hook } of samples) {
    const { endpoint } = stack.config.registries[image.host] ?? {};
    const pushed = `${familiarName(image.name)}:${tag}`;
    line();
    if (endpoint !== undefined) line(style.dim(`Have ${pushed} at ${endpoint}, which \`registries\` names.`));
    else if (!shown.has(pushed)) {
      line(style.bold(`Push the image ${pushed} to the local registry`));
      for (const request of imagePush(stack, image.path, tag).requests) line(`  ${toCurl(request)}`);
      line(style.dim('  or a real one, with skopeo:'));
      line(`  ${skopeoCopy(stack, image, { from: current ?? tag, to: tag })}`);
    }
    shown.add(pushed);
    line(style.bold(`Push ${named} of ${app}: ${kind}`));
    line(`  ${toCurl(hook)}`);
  }
  const others = Object.keys(stack.config.apps).filter((name) => !samples.some(({ app }) => app === name));
  if (others.length > 0)
    line(style.dim(`No hook comes to mind for ${others.join(', ')}: a source is missing, or a tag to try.`));
};
