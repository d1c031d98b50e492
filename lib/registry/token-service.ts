import { isIP } from 'node:net';
import type { Challenge } from './challenge.ts';

/** What is known of a registry before it is asked. */
export type RegistryPlace = {
  /** As in image references: `docker.io`. */
  readonly host: string;
  /** Where it is asked: `https://registry-1.docker.io/`. */
  readonly endpoint: URL;
  /** The host of its token service, as tagboat.yml has it. */
  readonly tokenService: string | undefined;
};

/** Whether a token service may be asked, and whether it may see the credentials of the registry. */
export type TokenServiceTrust = 'credentials' | 'anonymous' | 'none';

/** Registries whose token service is theirs, though its name does not say so. */
const elsewhere: readonly { readonly registry: RegExp; readonly service: string }[] = [
  { registry: /(?:^|\.)scw\.cloud$/, service: 'api.scaleway.com' },
];

/** Registries under a domain of one's own that hand through one of these name its token service: anybody may ask it. */
const publicServices: readonly string[] = ['auth.docker.io', 'ghcr.io', 'quay.io'];

/** Domains whose subdomains belong to strangers: an excerpt of https://publicsuffix.org/list/ */
const sharedDomains: readonly string[] = [
  'amazonaws.com',
  'amazonaws.com.cn',
  'appspot.com',
  'azurecontainer.io',
  'azurecr.io',
  'azurewebsites.net',
  'cloudfront.net',
  'duckdns.org',
  'fly.dev',
  'github.io',
  'gitlab.io',
  'herokuapp.com',
  'netlify.app',
  'ngrok.io',
  'nip.io',
  'onrender.com',
  'pages.dev',
  'pkg.dev',
  'run.app',
  'sslip.io',
  'vercel.app',
  'windows.net',
  'workers.dev',
];

/**
 * The domain that a host's owner has registered: its last two labels, or three where the second is as short as that of `co.uk`. A
 * domain like `ab.de` is taken for one of those, and its subdomains for strangers, which only asks for `tokenService`.
 */
const siteOf = (hostname: string): string => {
  const labels = hostname.split('.');
  const [second = '', top = ''] = labels.slice(-2);
  return labels.slice(top.length === 2 && second.length <= 3 ? -3 : -2).join('.');
};

const isOfSite = (service: string, registry: string): boolean => {
  if (service === registry) return true;
  if (isIP(registry.replace(/^\[|\]$/g, '')) !== 0 || !registry.includes('.')) return false;
  const site = siteOf(registry);
  return !sharedDomains.includes(site) && (service === site || service.endsWith(`.${site}`));
};

const hostnameOf = (host: string): string => host.replace(/:\d+$/, '');

/**
 * How far the realm of a registry's challenge is trusted. With its credentials: a host of the registry's own site, or that
 * tagboat.yml names. Without any: the token services of the great public registries. Others are not asked at all, so that no
 * registry, and nobody who speaks in its name, has a function send requests to a place of their choice.
 */
export const tokenServiceTrust = (realm: URL, place: RegistryPlace): TokenServiceTrust => {
  const { host, endpoint, tokenService } = place;
  if (tokenService !== undefined && (realm.host === tokenService || realm.hostname === tokenService))
    return 'credentials';
  const names = [endpoint.hostname, hostnameOf(host)];
  const isOwn = names.some(
    (name) =>
      isOfSite(realm.hostname, name) ||
      elsewhere.some(({ registry, service }) => registry.test(name) && service === realm.hostname),
  );
  if (isOwn) return 'credentials';
  return publicServices.includes(realm.host) ? 'anonymous' : 'none';
};

/** The realm of a Bearer challenge; undefined where it is no URL that may be asked. http will do only where the registry is asked by it. */
export const realmOf = ({ parameters }: Challenge, endpoint: URL): URL | undefined => {
  const realm = parameters.get('realm') ?? '';
  const url = URL.canParse(realm) ? new URL(realm) : undefined;
  const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && endpoint.protocol === 'http:');
  return isSafe && url?.username === '' && url.password === '' ? url : undefined;
};
