import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { usages } from '../../lib/slack/usage.ts';

type Manifest = {
  readonly display_information: { readonly name: string; readonly description: string };
  readonly features: {
    readonly bot_user: { readonly display_name: string };
    readonly slash_commands: readonly {
      readonly command: string;
      readonly url: string;
      readonly description: string;
      readonly usage_hint: string;
      readonly should_escape: boolean;
    }[];
  };
  readonly oauth_config: { readonly scopes: { readonly bot: readonly string[]; readonly user?: unknown } };
  readonly settings: {
    readonly interactivity: { readonly is_enabled: boolean; readonly request_url: string };
  };
};

const root = path.join(import.meta.dirname, '..', '..');
const manifest = parse(readFileSync(path.join(root, 'infra/slack/manifest.yml'), 'utf8')) as Manifest;

test('the manifest is within the limits of Slack’s schema for it', () => {
  const { display_information: shown, features } = manifest;
  expect(shown.name.length).toBeLessThanOrEqual(35);
  expect(shown.description.length).toBeLessThanOrEqual(140);
  expect(features.bot_user.display_name.length).toBeLessThanOrEqual(80);
  for (const { command, description, usage_hint } of features.slash_commands) {
    expect(command).toMatch(/^\/[a-z]{1,31}$/);
    expect(description.length).toBeLessThanOrEqual(2000);
    expect(usage_hint.length).toBeLessThanOrEqual(1000);
  }
});

test('it has the commands that are understood, with what may stand behind them', () => {
  const lines = manifest.features.slash_commands.map(({ command, usage_hint }) => `${command} ${usage_hint}`);
  expect(lines).toContain(usages.undo.usage);
  const verbs = lines
    .find((line) => line.startsWith('/tagboat '))
    ?.slice('/tagboat '.length)
    .split('|');
  expect(verbs?.toSorted()).toEqual(Object.keys(usages).toSorted());
  expect(lines).toHaveLength(2);
});

test('it leads to the routes there are', () => {
  const serverless = readFileSync(path.join(root, 'serverless.yml'), 'utf8');
  const urls = [
    ...manifest.features.slash_commands.map(({ url }) => url),
    manifest.settings.interactivity.request_url,
  ];
  expect(manifest.settings.interactivity.is_enabled).toBe(true);
  expect(new Set(urls.map((url) => new URL(url).host))).toEqual(new Set(['api.example.com']));
  for (const url of urls) expect(serverless).toContain(new URL(url).pathname);
});

test('it may do no more than answer and write', () => {
  expect(manifest.oauth_config.scopes).toEqual({ bot: ['commands', 'chat:write', 'chat:write.public'] });
});

test('mentions and links in commands arrive as they were typed', () => {
  expect(manifest.features.slash_commands.map(({ should_escape }) => should_escape)).toEqual([false, false]);
});
