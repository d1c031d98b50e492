import { TagboatError } from '../../../lib/errors.ts';
import type { Built, StandIn, Synced, Target } from '../gitops/gitops.ts';
import type { Stack } from '../stack/types.ts';
import type { Terminal } from '../terminal/terminal.ts';

const nameOf = ({ app, environmentName }: Target): string => `${app} → ${environmentName}`;

/** What the embedded cluster was brought to, a line an app, and what of it could not be done. */
export const showSynced = (synced: readonly Synced[], { line, style }: Terminal): void => {
  line();
  line(style.bold('The cluster, as the config repos say'));
  for (const one of synced) {
    const { isGood, text } = describe(one);
    line(`  ${isGood ? style.green('✓') : style.yellow('!')} ${nameOf(one.target)}: ${text}`);
    if (one.type !== 'applied') continue;
    for (const { object, message } of one.applied.refused)
      line(`    ${style.yellow('!')} ${object} is refused: ${message}`);
    for (const problem of one.unreadable) line(`    ${style.yellow('!')} left out: ${problem}`);
  }
  for (const text of sharedNamespaces(synced)) line(`  ${style.yellow('!')} ${text}`);
  const unknown = synced.flatMap((one) => (one.type === 'applied' ? one.applied.unknownKinds : []));
  if (unknown.length > 0)
    line(
      `  ${style.dim(`left out, the embedded cluster does not know them: ${list([...new Set(unknown)])}`)}`,
    );
};

/** Environments that have a cluster each elsewhere share the embedded one, and with their namespace the objects in it. */
const sharedNamespaces = (synced: readonly Synced[]): readonly string[] => {
  const applied = synced.filter(({ type }) => type === 'applied').map(({ target }) => target);
  const groups = Map.groupBy(applied, ({ app, environment }) => `${app} ${environment.namespace}`);
  return [...groups.values()]
    .filter(({ length }) => length > 1)
    .map((targets) => {
      const names = list(targets.map(({ environmentName }) => environmentName));
      const [first] = targets;
      return `${first?.app}: ${names} are all in the namespace ${first?.environment.namespace} of the embedded cluster; give each a \`namespace\` of its own`;
    });
};

const describe = (one: Synced): { readonly isGood: boolean; readonly text: string } => {
  switch (one.type) {
    case 'left-alone':
      return { isGood: true, text: 'its cluster is not the embedded one, and is left alone' };
    case 'unchanged':
      return { isGood: true, text: 'it is there already' };
    case 'failed':
      return { isGood: false, text: messageOf(one.error) };
    case 'applied': {
      const { applied, kustomize, standIn } = one;
      const own = applied.objects.filter((name) => name !== `Deployment ${standIn?.name}`);
      const parts = [
        ...(own.length === 0 ? [] : [`${list(own)} applied${builtBy(kustomize)}`]),
        ...(standIn === undefined ? [] : [describeStandIn(standIn, kustomize)]),
        ...(one.isCarried ? [] : [`no file of ${list(one.target.environment.files)} carries its image`]),
      ];
      return { isGood: one.isCarried && applied.refused.length === 0, text: parts.join('; ') };
    }
  }
};

const builtBy = (kustomize: Built | undefined): string =>
  kustomize?.type === 'built' ? `, built with ${kustomize.tool} from ${list(kustomize.directories)}` : '';

const describeStandIn = ({ name, reference, carriers }: StandIn, kustomize: Built | undefined): string =>
  `a stand-in, Deployment ${name}, runs ${reference}: ${whyStandIn(carriers, kustomize)}`;

const whyStandIn = (carriers: readonly string[], kustomize: Built | undefined): string => {
  if (kustomize?.type === 'no-tool')
    return 'there is neither kubectl nor kustomize to build the Kustomization with';
  if (kustomize?.type === 'failed') return `${kustomize.tool} could not build it: ${kustomize.message}`;
  if (carriers.includes('values')) return 'nothing here renders the chart of these Helm values';
  return `nothing here makes workloads of ${list(carriers.map((kind) => `kind ${kind}`))}`;
};

const list = (names: readonly string[]): string => names.join(', ');

const messageOf = (error: unknown): string =>
  error instanceof TagboatError ? error.message : `it could not be brought there: ${String(error)}`;

/** How the agent is stopped and let go on, where it has something to do. */
export const showAgentSwitch = ({ gitops, url }: Stack, { line, style }: Terminal): void => {
  const { follows } = gitops.agent.status();
  if (follows.length === 0) return;
  line(
    `  ${style.dim(`An agent applies what is committed for ${list(follows.map(({ app, environment }) => `${app} → ${environment}`))}. To see a release wait for it:`)}`,
  );
  line(`  curl -sS -X POST ${url}/local/agent/pause`);
  line(`  curl -sS -X POST ${url}/local/agent/resume`);
};
