import type { CredentialsProvider, Unseal } from './credentials.ts';

/** A user and a sealed password or token: GHCR, Docker Hub, GitLab, Harbor, Quay, ACR, JFrog, Nexus. */
export const passwordCredentials = (
  host: string,
  { username, password }: { readonly username: string; readonly password: string },
  unseal: Unseal,
): CredentialsProvider => ({
  get: async () => ({
    username,
    password: await unseal(password, `registries/${host}/password`),
    expires: undefined,
  }),
  forget: () => {},
});
