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
      ? []
      : [`      certificate-authority-data: ${Buffer.from(certificateAuthority).toString('base64')}`];
  return [
    'apiVersion: v1',
    'kind: Config',
    'clusters:',
    '  - name: tagboat',
    '    cluster:',
    `      server: ${JSON.stringify(server)}`,
    ...authority,
    'users:',
    '  - name: tagboat',
    '    user:',
    `      token: ${JSON.stringify(token)}`,
    'contexts:',
    '  - name: tagboat',
    '    context:',
    '      cluster: tagboat',
    '      user: tagboat',
    '      namespace: default',
    'current-context: tagboat',
    '',
  ].join('\n');
};
