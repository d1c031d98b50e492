import { createPublicKey, X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { type Certificate, selfSignedCertificate } from '@tagboat/embedded-cluster';
import { type StateDirectory, writePrivately } from '../../state/directory.ts';

/** The stack's certificate, made once, so that a copy of the kubeconfig stays valid. */
export const stackCertificate = (state: StateDirectory, host: string): Certificate => {
  const [key, cert] = [state.file('tls', 'key.pem'), state.file('tls', 'certificate.pem')];
  const kept = existsSync(key) && existsSync(cert) ? read(key, cert) : undefined;
  if (kept !== undefined) return kept;
  const made = selfSignedCertificate([host]);
  writePrivately(key, made.key);
  writePrivately(cert, made.cert);
  return made;
};

/** Undefined where one of the two is damaged, or they do not belong together. */
const read = (keyFile: string, certFile: string): Certificate | undefined => {
  const [key, cert] = [readFileSync(keyFile, 'utf8'), readFileSync(certFile, 'utf8')];
  try {
    const { publicKey, validTo } = new X509Certificate(cert);
    const isOurs = createPublicKey(key).equals(publicKey) && Date.parse(validTo) > Date.now();
    return isOurs ? { key, cert } : undefined;
  } catch {
    return undefined;
  }
};
