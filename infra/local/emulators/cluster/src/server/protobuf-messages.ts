/** How a field of a message becomes one of JSON. */
export type FieldType =
  | 'string'
  | 'integer'
  | 'boolean'
  /** A map from text to text, or to bytes, which are Base64 in JSON. */
  | 'texts'
  | 'bytes'
  /** A number or a text, such as a port or a percentage. */
  | 'integer-or-string'
  /** What the server sets, whatever is sent. */
  | 'ignored'
  | { readonly list: 'string' | Message }
  | { readonly message: Message };

/** The fields that are read, by number. A message with any other field is not. */
export type Message = Readonly<Record<number, readonly [name: string, type: FieldType]>>;

const metadata: Message = {
  1: ['name', 'string'],
  2: ['generateName', 'string'],
  3: ['namespace', 'string'],
  4: ['selfLink', 'ignored'],
  5: ['uid', 'ignored'],
  6: ['resourceVersion', 'ignored'],
  7: ['generation', 'ignored'],
  8: ['creationTimestamp', 'ignored'],
  11: ['labels', 'texts'],
  12: ['annotations', 'texts'],
};

const selector: Message = { 1: ['matchLabels', 'texts'] };

const port: Message = {
  1: ['name', 'string'],
  2: ['hostPort', 'integer'],
  3: ['containerPort', 'integer'],
  4: ['protocol', 'string'],
  5: ['hostIP', 'string'],
};

const container: Message = {
  1: ['name', 'string'],
  2: ['image', 'string'],
  3: ['command', { list: 'string' }],
  4: ['args', { list: 'string' }],
  5: ['workingDir', 'string'],
  6: ['ports', { list: port }],
  8: ['resources', { message: {} }],
  13: ['terminationMessagePath', 'string'],
  14: ['imagePullPolicy', 'string'],
  16: ['stdin', 'boolean'],
  17: ['stdinOnce', 'boolean'],
  18: ['tty', 'boolean'],
  20: ['terminationMessagePolicy', 'string'],
};

const podSpec: Message = {
  2: ['containers', { list: container }],
  3: ['restartPolicy', 'string'],
  4: ['terminationGracePeriodSeconds', 'integer'],
  6: ['dnsPolicy', 'string'],
  7: ['nodeSelector', 'texts'],
  8: ['serviceAccountName', 'string'],
  9: ['serviceAccount', 'string'],
  10: ['nodeName', 'string'],
  11: ['hostNetwork', 'boolean'],
  12: ['hostPID', 'boolean'],
  13: ['hostIPC', 'boolean'],
  16: ['hostname', 'string'],
  17: ['subdomain', 'string'],
  19: ['schedulerName', 'string'],
  24: ['priorityClassName', 'string'],
};

const template: Message = { 1: ['metadata', { message: metadata }], 2: ['spec', { message: podSpec }] };

const jobSpec: Message = {
  1: ['parallelism', 'integer'],
  2: ['completions', 'integer'],
  3: ['activeDeadlineSeconds', 'integer'],
  6: ['template', { message: template }],
  7: ['backoffLimit', 'integer'],
};

const object = (spec: Message): Message => ({
  1: ['metadata', { message: metadata }],
  2: ['spec', { message: spec }],
  3: ['status', 'ignored'],
});

/** By API version and kind. Source: the files generated.proto of k8s.io/api and k8s.io/apimachinery. */
export const messages: Readonly<Record<string, Message>> = {
  'v1 Namespace': {
    1: ['metadata', { message: metadata }],
    2: ['spec', 'ignored'],
    3: ['status', 'ignored'],
  },
  'v1 ServiceAccount': { 1: ['metadata', { message: metadata }] },
  'v1 ConfigMap': {
    1: ['metadata', { message: metadata }],
    2: ['data', 'texts'],
    3: ['binaryData', 'bytes'],
  },
  'v1 Secret': {
    1: ['metadata', { message: metadata }],
    2: ['data', 'bytes'],
    3: ['type', 'string'],
    4: ['stringData', 'texts'],
  },
  'v1 Service': object({
    1: [
      'ports',
      {
        list: {
          1: ['name', 'string'],
          2: ['protocol', 'string'],
          3: ['port', 'integer'],
          4: ['targetPort', 'integer-or-string'],
          5: ['nodePort', 'integer'],
        },
      },
    ],
    2: ['selector', 'texts'],
    3: ['clusterIP', 'string'],
    4: ['type', 'string'],
    7: ['sessionAffinity', 'string'],
    8: ['loadBalancerIP', 'string'],
    10: ['externalName', 'string'],
    11: ['externalTrafficPolicy', 'string'],
    12: ['healthCheckNodePort', 'integer'],
    13: ['publishNotReadyAddresses', 'boolean'],
  }),
  'apps/v1 Deployment': object({
    1: ['replicas', 'integer'],
    2: ['selector', { message: selector }],
    3: ['template', { message: template }],
    4: ['strategy', { message: { 1: ['type', 'string'] } }],
    5: ['minReadySeconds', 'integer'],
    7: ['paused', 'boolean'],
  }),
  'batch/v1 Job': object(jobSpec),
  'batch/v1 CronJob': object({
    1: ['schedule', 'string'],
    3: ['concurrencyPolicy', 'string'],
    4: ['suspend', 'boolean'],
    5: [
      'jobTemplate',
      { message: { 1: ['metadata', { message: metadata }], 2: ['spec', { message: jobSpec }] } },
    ],
  }),
};
