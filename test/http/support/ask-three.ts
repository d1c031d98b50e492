import { connect } from '../../../lib/cluster/connect/connect.ts';
import { openRemote } from '../../../lib/git/remote.ts';
import { createRegistryClient } from '../../../lib/registry/client.ts';

/**
 * A process of its own, since Node reads the proxies (NODE_USE_ENV_PROXY) and the certificates to trust when it starts. Asks a
 * Git server, a registry and an API server, all at one place, and prints what they answered.
 */
const [origin = '', authority = ''] = process.argv.slice(2);
const codeOf = (error: unknown): string => String(Object(error).code);

const git = openRemote({ url: `${origin}/git/config.git`, branch: 'config' })
  .tip()
  .then(({ revision }) => revision, codeOf);

const registry = createRegistryClient({
  registries: {},
  unseal: async (reference) => reference,
  defaultEndpoint: origin,
})
  .digestOf('registry.example.com/team/app', 'v1')
  .catch(codeOf);

const cluster = connect({
  kubeconfig: JSON.stringify({
    'current-context': 'c',
    contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
    clusters: [{ name: 'c', cluster: { server: origin, 'certificate-authority-data': authority } }],
    users: [{ name: 'u', user: { token: 'secret' } }],
  }),
});
const version = cluster.api
  .json({ method: 'GET', path: '/version', what: 'get the version' })
  .catch(codeOf)
  .finally(() => cluster.close());

process.stdout.write(JSON.stringify(await Promise.all([git, registry, version])));
