import type { Transport } from '../transport.ts';

export type Credentials = { readonly username: string; readonly password: string };

/** Credentials, and until when they are good. */
export type IssuedCredentials = Credentials & {
  /** Milliseconds since the epoch; undefined where they end with no time of their own. */
  readonly expires: number | undefined;
};

/**
 * Where the credentials for one registry come from. `test/registry/credentials/contract.test.ts` holds every kind to this:
 * nothing is opened, asked or loaded before they are needed, and no secret is in what is thrown.
 * @throws TagboatError `registry-denied`, `registry-unreachable`, `registry-protocol`; what comes of opening a secret
 */
export type CredentialsProvider = {
  /** @param transport bounds what has to be asked for */
  get(transport: Transport): Promise<IssuedCredentials>;
  /** Says that they were refused: what was kept of them is not used again. */
  forget(): void;
};

/** Opens a sealed value in its slot. */
export type Unseal = (reference: string, slot: string) => Promise<string>;
