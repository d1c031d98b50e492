import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../lib/config/load.ts';
import { edited, problemsOf } from './support.ts';

const withKinds = (kinds: string, deliver = 'apply'): string =>
  edited('deliver: apply', `deliver: ${deliver}\n        kinds: ${kinds}`);

describe('kinds', () => {
  it('are names of kinds with their API group, or of the core group alone', () => {
    const kinds = [
      'Secret',
      'Namespace',
      'Ingress.networking.k8s.io',
      'CronJob.batch',
      'ClusterRole.rbac.authorization.k8s.io',
    ];
    const { apps } = parseConfig(withKinds(`[${kinds.join(', ')}]`));
    expect(apps.okeydokey?.environments.production?.kinds).toEqual(kinds);
  });

  it('are none where nothing is said', () => {
    const { apps } = parseConfig(edited('deliver: apply', 'deliver: apply'));
    expect(apps.okeydokey?.environments.production).not.toHaveProperty('kinds');
  });

  const howTo =
    'write the kind as manifests do, and its API group behind it: `Ingress.networking.k8s.io`, `Secret`';
  it.each([
    ['everything', "['*']", `kinds are listed one by one; ${howTo}`],
    ['a whole group', "['*.batch']", `kinds are listed one by one; ${howTo}`],
    ['the plural', '[ingresses.networking.k8s.io]', `this is not a kind; ${howTo}`],
    ['an apiVersion with a kind', '[batch/v1/CronJob]', `this is not a kind; ${howTo}`],
    ['a path', '[Secret/../x]', `this is not a kind; ${howTo}`],
    ['nothing', "['']", `this is not a kind; ${howTo}`],
    ['a group in upper case', '[Ingress.Networking.k8s.io]', `this is not a kind; ${howTo}`],
    ['a version', '[CronJob.v1.batch]', 'the version is not written: `CronJob.batch`'],
    ['a version alone', '[Secret.v1]', 'the version is not written: `Secret`'],
    [
      'a known kind without its group',
      '[Ingress]',
      'the core group has no kind `Ingress` (did you mean `Ingress.networking.k8s.io`?)',
    ],
    [
      'an unknown kind without a group',
      '[Certificate]',
      `the core group has no kind \`Certificate\`; ${howTo}`,
    ],
    ['what every object has', '[Constructor]', `the core group has no kind \`Constructor\`; ${howTo}`],
  ])('%s is refused', (_, kinds, message) => {
    expect(problemsOf(withKinds(kinds))).toEqual([`tagboat.yml:30:17: ${message}`]);
  });

  it('that are there twice are refused', () => {
    expect(problemsOf(withKinds('[Secret, Secret]'))).toEqual(['tagboat.yml:30:25: `Secret` is there twice']);
  });

  it.each(['set-image', 'agent'])('mean nothing for deliver: %s, which applies no documents', (deliver) => {
    expect(problemsOf(withKinds('[Secret]', deliver))).toEqual([
      'tagboat.yml:30:9: `kinds` says what `deliver: apply` may apply; nothing else applies documents',
    ]);
  });
});
