import { stringify } from 'yaml';

/**
 * A kubeconfig for the embedded cluster, as YAML.
 * @param options.server its URL; kubectl sends credentials over https only
 * @param options.certificateAuthority PEM; absent: the server is trusted as the system trusts it
 */
export const kubeconfigFor = (options: {
  readonly server: string;
  readonly token: string;
  readonly certificateAuthority?: string | undefined;
}): string => {
  const { server, token, certificateAuthority } = options;
  const authority =
    certificateAuthority === undefined
      ? {}
      : { 'certificate-authority-data': Buffer.from(certificateAuthority).toString('base64') };
  const name = 'tagboat';
  return stringify(
    {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name, cluster: { server, ...authority } }],
      users: [{ name, user: { token } }],
      contexts: [{ name, context: { cluster: name, user: name, namespace: 'default' } }],
      'current-context': name,
    },
    { lineWidth: 0 },
  );
};
