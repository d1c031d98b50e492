import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { selfSignedCertificate } from '../src/index.ts';

describe('a self-signed certificate', () => {
  it('names its hosts and localhost, and is its own authority', () => {
    const { cert } = selfSignedCertificate(['cluster.test', '10.1.2.3', 'fe80::1:2']);
    const certificate = new X509Certificate(cert);
    expect(certificate.subjectAltName).toBe(
      'DNS:cluster.test, IP Address:10.1.2.3, IP Address:FE80:0:0:0:0:0:1:2, DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1',
    );
    expect(certificate.ca).toBe(true);
    expect(certificate.checkIssued(certificate)).toBe(true);
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(certificate.checkIP('::1')).toBe('::1');
    expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
  });

  it('is valid from a day ago for ten years, with a serial number of its own', () => {
    const now = Date.parse('2026-11-23T12:00:00Z');
    const [a, b] = [selfSignedCertificate([], now), selfSignedCertificate([], now)].map(
      ({ cert }) => new X509Certificate(cert),
    );
    expect(a?.validFromDate.toISOString()).toBe('2026-11-22T12:00:00.000Z');
    expect(a?.validToDate.toISOString()).toBe('2036-11-20T12:00:00.000Z');
    expect(a?.serialNumber).not.toBe(b?.serialNumber);
  });
});
