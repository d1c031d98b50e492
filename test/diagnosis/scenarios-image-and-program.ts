import { releaseOf, type Scenario } from './scenario.ts';

const env = (value: string) => [{ name: 'GREETING', value }];
const resources = { requests: { cpu: '50m', memory: '64Mi' }, limits: { cpu: '200m', memory: '64Mi' } };
const livenessProbe = { httpGet: { path: '/livez', port: 'http' }, periodSeconds: 5 };

/** What a program prints that was configured with care and logs without. */
const chatter = [
  'GET /api Authorization: Bearer c2VjcmV0LWJlYXJlci10b2tlbg',
  'connecting to postgres://okeydokey:hunter2@db.example.com/okeydokey',
  'aws: AKIAIOSFODNN7EXAMPLE aws_secret_access_key=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  '{"level":"info","password":"hunter2","user":"okeydokey"}',
  '-----BEGIN EC PRIVATE KEY-----',
  'MHcCAQEEIDg6dmFpbiBwbGVhc2UgZG8gbm90IHVzZSB0aGlzIGtleSBhbnl3aGVyZQ',
  '-----END EC PRIVATE KEY-----',
];

/** Of the image and the program in it. */
export const imageAndProgram: readonly Scenario[] = [
  {
    name: 'image-not-found',
    title: 'Image cannot be pulled: not there',
    means:
      'The registry does not have the tag; v0.0.3 goes on serving. Told after 20 s, since the answer is definite.',
    causes: ['image-pull'],
    on: ['embedded', 'lab'],
    run: releaseOf('v0.0.4-bad', { after: 'v0.0.3' }),
  },
  {
    name: 'image-denied',
    title: 'Image cannot be pulled: not allowed',
    means: 'The registry wants credentials that the cluster does not have, or that have expired.',
    causes: ['image-pull'],
    on: ['embedded'],
    run: releaseOf('v0.0.4-denied', { after: 'v0.0.3' }),
  },
  {
    name: 'crash',
    title: 'Container crashes',
    means:
      'The program ends by itself soon after it starts; failed at its fourth restart, with the end of the failed run’s log.',
    causes: ['crash-loop'],
    on: ['embedded', 'lab'],
    run: releaseOf('v0.0.4-crash', { after: 'v0.0.3', container: { env: env('okey') } }),
  },
  {
    name: 'command-not-found',
    title: 'Container crashes: a code that a shell gives',
    means: 'Exit codes that mean the same everywhere are explained: 126, 127, and 128 and more for signals.',
    causes: ['crash-loop'],
    on: ['embedded'],
    run: releaseOf('v0.0.4-exit-127', { after: 'v0.0.3' }),
  },
  {
    name: 'secrets-in-log',
    title: 'Container crashes: secrets in its log',
    means: 'The program has printed credentials before it crashed; none of them leaves the cluster.',
    causes: ['crash-loop'],
    on: ['embedded'],
    run: releaseOf('v0.0.4-crash', {
      after: 'v0.0.3',
      template: {
        labels: { app: 'okeydokey' },
        annotations: { 'tagboat.dev/prints': chatter.join('\n') },
      },
    }),
  },
  {
    name: 'liveness',
    title: 'Container is killed by its liveness probe',
    means:
      'The program runs but does not answer; it is the kubelet that ends it, and no exit code tells. First release, so all three pods do it.',
    causes: ['crash-loop'],
    on: ['embedded'],
    run: releaseOf('v0.0.3-hangs', { container: { livenessProbe } }),
  },
  {
    name: 'out-of-memory',
    title: 'Out of memory',
    means: 'The container used more memory than its limit and was killed.',
    causes: ['out-of-memory'],
    on: ['embedded'],
    run: releaseOf('v0.0.4-oom', { after: 'v0.0.3', container: { resources } }),
  },
  {
    name: 'init-container',
    title: 'Init container fails',
    means: 'What has to run before the program does not succeed, so the program never starts.',
    causes: ['init-container'],
    on: ['embedded'],
    run: releaseOf('v0.0.4', {
      after: 'v0.0.3',
      pod: { initContainers: [{ name: 'migrate', image: 'devopswithkubernetes/migrate:7-crash' }] },
    }),
  },
  {
    name: 'not-ready',
    title: 'Readiness probe fails',
    means:
      'The program runs and does not say that it is ready; after the release’s timeout that is a failure.',
    causes: ['not-ready', 'timeout'],
    on: ['embedded', 'lab'],
    run: releaseOf('v0.0.4-notready', { after: 'v0.0.3' }),
  },
  {
    name: 'readiness-gate',
    title: 'A readiness gate is not True',
    means:
      'The containers are ready; another controller that has to agree, that of a load balancer say, has not.',
    causes: ['readiness-gate', 'timeout'],
    on: ['embedded', 'lab'],
    run: releaseOf('v0.0.4', {
      after: 'v0.0.3',
      pod: { readinessGates: [{ conditionType: 'target-health.example.com/okeydokey' }] },
    }),
  },
];
