import { BlockList, isIP } from 'node:net';

/** Addresses that only somebody inside a network means: https://www.iana.org/assignments/iana-ipv4-special-registry/ */
const inside = new BlockList();
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
] as const)
  inside.addSubnet(network, prefix, 'ipv4');
for (const [network, prefix] of [
  ['::', 127],
  ['64:ff9b::', 96],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
] as const)
  inside.addSubnet(network, prefix, 'ipv6');

/** Names that no public DNS answers: https://www.iana.org/assignments/special-use-domain-names/, and `.internal`. */
const insideNames = /(?:^|\.)(?:localhost|local|internal|home\.arpa)\.?$/i;

/**
 * True for a host that nobody but the operator may send a request to: loopback, link-local, private and reserved addresses, and
 * names of one label. A name that leads there by way of DNS is not found out; it would need a certificate for that name as well.
 * @param hostname of a `URL`, which has written IPv4 addresses in their usual form
 */
export const isInsideAddress = (hostname: string): boolean => {
  const bare = hostname.replace(/^\[|\]$/g, '');
  const version = isIP(bare);
  // `check` looks at the IPv4 address in an IPv4-mapped one, too.
  if (version !== 0) return inside.check(bare, version === 4 ? 'ipv4' : 'ipv6');
  return insideNames.test(bare) || !bare.replace(/\.$/, '').includes('.');
};
