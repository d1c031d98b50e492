import { expect, test } from 'vitest';
import { fromResponse } from '../../../lib/cluster/connect/api-error.ts';

const pod =
  'core.PodTemplateSpec{ObjectMeta:v1.ObjectMeta{Name:"", Labels:map[string]string{"a":"b"}}, Spec:core.PodSpec{Containers:[]core.Container{core.Container{Name:"m", Args:[]string{"--db", "hunter2"}, Env:[]core.EnvVar{core.EnvVar{Name:"DB_PASSWORD", Value:"hunter2", ValueFrom:(*core.EnvVarSource)(nil)}}}}}}';

const messageOf = (message: string) =>
  fromResponse('apply', { status: 422, body: JSON.stringify({ message, reason: 'Invalid' }) }).message;

test.each([
  [
    // As a server of 1.20 refuses the next release of a Job.
    `Job.batch "migrate" is invalid: spec.template: Invalid value: ${pod}: field is immutable`,
    'apply: Job.batch "migrate" is invalid: spec.template: Invalid value: core.PodTemplateSpec{…}: field is immutable (HTTP 422)',
  ],
  [
    `Job.batch "migrate" is invalid: [spec.selector: Invalid value: &v1.LabelSelector{MatchLabels:map[string]string{"a":"b"}}: field is immutable, spec.template: Invalid value: ${pod}: field is immutable]`,
    'apply: Job.batch "migrate" is invalid: [spec.selector: Invalid value: &v1.LabelSelector{…}: field is immutable, spec.template: Invalid value: core.PodTemplateSpec{…}: field is immutable] (HTTP 422)',
  ],
  [
    'Service "web" is invalid: spec.ports[0].port: Invalid value: 70000: must be between 1 and 65535, inclusive',
    'apply: Service "web" is invalid: spec.ports[0].port: Invalid value: 70000: must be between 1 and 65535, inclusive (HTTP 422)',
  ],
])('what the server repeats of an object is left out: %#', (words, message) => {
  expect(messageOf(words)).toBe(message);
});
