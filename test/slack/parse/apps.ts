import type { AppConfig, EnvironmentConfig } from '../../../lib/config/types.ts';

const environment: EnvironmentConfig = {
  on: 'image-push',
  tags: { semver: '*' },
  configRepo: 'config',
  files: ['*.yml'],
  cluster: 'production',
  namespace: 'default',
  deliver: 'apply',
  timeout: 300,
  imageTimeout: 600,
  onFailure: 'undo',
  notify: {},
};

export const app = (...environments: readonly string[]): AppConfig => ({
  image: 'docker.io/library/x',
  environments: Object.fromEntries(environments.map((name) => [name, environment])),
});

export const apps = {
  okeydokey: app('production'),
  shop: app('production', 'staging'),
  'shop-api': app('production', 'staging'),
  to: app('to'),
  twin: app('a'),
  Twin: app('a'),
  help: app('a', '20', 'v1'),
};

/** 18:05 in Helsinki, which is two hours from UTC by then. */
export const now = Date.parse('2026-11-23T16:05:00Z');

export const where = { apps, now, timeZone: 'Europe/Helsinki' };
