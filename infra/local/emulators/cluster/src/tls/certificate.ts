import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { isIPv4, isIPv6 } from 'node:net';
import { der } from './der.ts';

export type Certificate = {
  /** PEM, PKCS #8. */
  readonly key: string;
  /** PEM. It is its own authority: what clients are told to trust. */
  readonly cert: string;
};

const identifiers = {
  commonName: '2.5.4.3',
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  authorityKeyIdentifier: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
  serverAuth: '1.3.6.1.5.5.7.3.1',
};

const alwaysIncluded = ['localhost', '127.0.0.1', '::1'];
const validityMs = 10 * 365 * 24 * 60 * 60 * 1_000;
/** A clock that runs a little behind still accepts it. */
const backdatedMs = 24 * 60 * 60 * 1_000;

const pem = (label: string, bytes: Uint8Array): string => {
  const lines =
    Buffer.from(bytes)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
};

const ipv6Bytes = (address: string): Buffer => {
  const [head = '', tail] = address.split('::');
  const groups = (text: string): string[] => (text === '' ? [] : text.split(':'));
  const left = groups(head);
  const right = tail === undefined ? [] : groups(tail);
  const zeros = Array.from({ length: 8 - left.length - right.length }, () => '0');
  return Buffer.from([...left, ...zeros, ...right].map((group) => group.padStart(4, '0')).join(''), 'hex');
};

/** A GeneralName: [2] dNSName or [7] iPAddress. */
const generalName = (host: string): Buffer => {
  if (isIPv4(host)) return der.context(7, Buffer.from(host.split('.').map(Number)), false);
  if (isIPv6(host)) return der.context(7, ipv6Bytes(host), false);
  return der.context(2, Buffer.from(host), false);
};

const extension = (identifier: string, critical: boolean, value: Uint8Array): Buffer =>
  der.sequence(der.objectIdentifier(identifier), ...(critical ? [der.boolean(true)] : []), der.octets(value));

/**
 * A self-signed certificate for those hosts (and always localhost, 127.0.0.1 and ::1), with a P-256 key, good for ten years.
 * Go's x509, and so kubectl, accepts it as an authority and as a server's; so does Node.
 * Source: RFC 5280
 * @param now milliseconds since 1970
 */
export const selfSignedCertificate = (hosts: readonly string[], now: number = Date.now()): Certificate => {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const keyIdentifier = createHash('sha1').update(spki).digest();
  const name = der.sequence(
    der.set(der.sequence(der.objectIdentifier(identifiers.commonName), der.utf8('embedded-cluster'))),
  );
  const algorithm = der.sequence(der.objectIdentifier(identifiers.ecdsaWithSha256));
  const serial = randomBytes(16);
  serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40;
  const names = [...new Set([...hosts, ...alwaysIncluded])].map(generalName);
  const extensions = der.sequence(
    extension(identifiers.basicConstraints, true, der.sequence(der.boolean(true))),
    // digitalSignature and keyCertSign: bits 0 and 5, the last two of eight unused.
    extension(identifiers.keyUsage, true, der.bits(Buffer.from([0b10000100]), 2)),
    extension(
      identifiers.extendedKeyUsage,
      false,
      der.sequence(der.objectIdentifier(identifiers.serverAuth)),
    ),
    extension(identifiers.subjectAltName, false, der.sequence(...names)),
    extension(identifiers.subjectKeyIdentifier, false, der.octets(keyIdentifier)),
    extension(identifiers.authorityKeyIdentifier, false, der.sequence(der.context(0, keyIdentifier, false))),
  );
  const body = der.sequence(
    der.context(0, der.integer(Buffer.from([2])), true),
    der.integer(serial),
    algorithm,
    name,
    der.sequence(der.utcTime(now - backdatedMs), der.utcTime(now + validityMs)),
    name,
    spki,
    der.context(3, extensions, true),
  );
  const signature = sign('sha256', body, privateKey);
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: pem('CERTIFICATE', der.sequence(body, algorithm, der.bits(signature))),
  };
};
