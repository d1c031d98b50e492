import { expect, it } from 'vitest';
import { matchesPattern, putEvent } from '../../../infra/local/runtime/rules.ts';

const pattern = { source: ['aws.ecr'], detail: { 'action-type': ['PUSH', 'DELETE'] } };

it.each([
  ['all of it', { source: 'aws.ecr', detail: { 'action-type': 'PUSH', more: 1 }, region: 'r' }, true],
  ['the other value', { source: 'aws.ecr', detail: { 'action-type': 'DELETE' } }, true],
  ['another value', { source: 'aws.s3', detail: { 'action-type': 'PUSH' } }, false],
  ['another value inside', { source: 'aws.ecr', detail: { 'action-type': 'MOVE' } }, false],
  ['no value', { source: 'aws.ecr', detail: {} }, false],
  ['no mapping', { source: 'aws.ecr', detail: 'PUSH' }, false],
  ['no text', { source: ['aws.ecr'], detail: { 'action-type': 'PUSH' } }, false],
])('lets an event in, or not, by %s', (_name, event, expected) => {
  expect(matchesPattern(pattern, event)).toBe(expected);
});

it('refuses a pattern of a form that it does not know', () => {
  expect(() => matchesPattern({ source: [{ prefix: 'aws.' }] }, { source: 'aws.ecr' })).toThrow('source');
});

it('invokes the functions whose rules let the event in, and says how each ended', async () => {
  const seen: unknown[] = [];
  const lambda = (name: string) => ({
    name,
    running: () => 0,
    invoke: async (event: unknown) => {
      seen.push([name, event]);
      return { type: 'failed' as const };
    },
  });
  const description = {
    ...{ file: '', timeoutSeconds: 1, memoryMb: 1, environment: {}, permissions: [] },
    ...{ routes: [], queues: [], schedules: [] },
  };
  const descriptions = [
    { ...description, name: 'a', patterns: [{ source: ['x'] }, pattern] },
    { ...description, name: 'b', patterns: [] },
    { ...description, name: 'c', patterns: [{ source: ['x'] }] },
  ];
  const functions = new Map(['a', 'b', 'c'].map((name) => [name, lambda(name)]));
  const event = { source: 'aws.ecr', detail: { 'action-type': 'PUSH' } };

  expect(await putEvent(descriptions, functions, event)).toEqual({ a: { type: 'failed' } });
  expect(seen).toEqual([['a', event]]);
});
