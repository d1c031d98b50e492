import path from 'node:path';
import { parseArgs } from 'node:util';

export type Options = {
  readonly port: number;
  /** Absolute. */
  readonly state: string;
  /** Absolute path of a tagboat.yml; undefined: the example is played. */
  readonly config: string | undefined;
  readonly once: boolean;
};

export type ParsedOptions =
  | { readonly type: 'run'; readonly options: Options }
  | { readonly type: 'help' }
  | { readonly type: 'wrong'; readonly message: string };

export const defaultPort = 8787;
/** Relative to the project. */
export const defaultState = '.tagboat';

export const usage = `Usage: npm start -- [options]

Starts all of Tagboat on this machine, on one port, and plays one release.

  --port N        port to listen on; 0: any that is free (default: PORT, or ${defaultPort})
  --state DIR     where repositories, images, tables and the cluster are kept (default: ${defaultState})
  --config FILE   run this tagboat.yml, and play nothing; its secrets may be env:NAME and file:PATH (relative to it),
                  its config repos file:///absolute/path/of/a/repository. The kubeconfig of the embedded cluster is
                  file:<the absolute path of DIR>/kubeconfig
  --once          end after the played release: 0 where it is healthy, 1 where it is not
  --help          show this

Ctrl-C and SIGTERM end it within two seconds: with 0, or with 1 where --once waits for a release.

Environment: PORT, NO_COLOR, KUBECONFIG (a cluster in the place of the embedded one), AWS_ENDPOINT_URL and
AWS_ENDPOINT_URL_{KMS,SQS,DYNAMODB} (services in the place of the embedded ones).
`;

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The directory in which the command was typed: npm runs its scripts in the directory of the project, and says where it was called.
 * https://docs.npmjs.com/cli/commands/npm-run (INIT_CWD)
 */
export const callerDirectory = (env: Environment, cwd: string = process.cwd()): string =>
  env.npm_lifecycle_event === 'start' && env.INIT_CWD !== undefined && env.INIT_CWD !== ''
    ? env.INIT_CWD
    : cwd;

/** @param args without the program's own name; paths in them are relative to where it was called */
export const parseOptions = (
  args: readonly string[],
  env: Environment,
  cwd: string = process.cwd(),
): ParsedOptions => {
  let values: { port?: string; state?: string; config?: string; once?: boolean; help?: boolean };
  try {
    ({ values } = parseArgs({
      args: [...args],
      options: {
        port: { type: 'string' },
        state: { type: 'string' },
        config: { type: 'string' },
        once: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    }));
  } catch (error) {
    return { type: 'wrong', message: error instanceof Error ? error.message : String(error) };
  }
  if (values.help === true) return { type: 'help' };
  const given = values.port ?? (env.PORT === '' ? undefined : env.PORT) ?? String(defaultPort);
  const port = /^\d{1,5}$/.test(given) ? Number(given) : Number.NaN;
  if (!(port <= 65_535)) return { type: 'wrong', message: `"${given}" is not a port; ports are 0 to 65535` };
  if (values.once === true && values.config !== undefined)
    return { type: 'wrong', message: '--once ends after the played release, and --config plays none' };
  const caller = callerDirectory(env, cwd);
  const { once = false } = values;
  const state =
    values.state === undefined ? path.resolve(cwd, defaultState) : path.resolve(caller, values.state);
  const config = values.config === undefined ? undefined : path.resolve(caller, values.config);
  return { type: 'run', options: { port, state, config, once } };
};
