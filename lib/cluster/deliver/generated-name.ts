import { createHash } from 'node:crypto';

/** The server cuts such a prefix off so that a name fits a label, which a Job puts on its pods. */
const maxLabel = 63;
const hashLength = 8;

/**
 * The name of an object that asks for one by `metadata.generateName`: the same each time for one release, since a delivery may
 * be done twice, and another for each release. A server-side apply needs a name; the server generates none for it.
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#generated-values
 * @param prefix `migrate-`
 * @param release its id
 */
export const generatedName = (prefix: string, release: string): string =>
  prefix.slice(0, maxLabel - hashLength) +
  createHash('sha256').update(release).digest('hex').slice(0, hashLength);
