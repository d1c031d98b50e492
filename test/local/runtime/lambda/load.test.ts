import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Context } from 'aws-lambda';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createFunction, type Handler } from '../../../../infra/local/runtime/lambda/function.ts';
import { loadHandler } from '../../../../infra/local/runtime/lambda/load.ts';
import { silentLogger } from '../../../../lib/logger.ts';

const describeModule = (text: string) => {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'tagboat-test-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const file = path.join(directory, 'hello.ts');
  writeFileSync(file, text);
  return {
    name: 'hello',
    file,
    timeoutSeconds: 1,
    memoryMb: 128,
    environment: {},
    permissions: [],
    routes: [],
    queues: [],
    schedules: [],
    patterns: [],
  };
};

describe('loadHandler', () => {
  it('makes the handler of a module with the runtime', async () => {
    const description = describeModule(
      'export const createHandler = (runtime: { greeting: string }) => async (event: string) => runtime.greeting + event;',
    );

    const handler = await loadHandler(description, { greeting: 'hello ' });

    expect(await handler('you', {} as Context)).toBe('hello you');
  });

  it.each([
    ['exports no createHandler', 'export const handler = () => {};', 'does not export createHandler'],
    ['makes no function', 'export const createHandler = () => 7;', 'made no function'],
  ])('refuses a module that %s', async (_name, text, message) => {
    await expect(loadHandler(describeModule(text), {})).rejects.toThrow(message);
  });
});

describe('createFunction', () => {
  const invoke = (handler: Handler, event: unknown = {}, timeoutSeconds = 1) =>
    createFunction({ name: 'hello', timeoutSeconds, memoryMb: 128 }, handler, silentLogger).invoke(event);

  it('answers with what the handler returned', async () => {
    expect(await invoke(async () => 'done')).toEqual({ type: 'returned', value: 'done' });
  });

  it('shows the handler only what JSON carries', async () => {
    const seen = await invoke(async (event) => event, { date: new Date(0), gone: undefined });

    expect(seen).toEqual({ type: 'returned', value: { date: '1970-01-01T00:00:00.000Z' } });
  });

  it.each<[string, Handler]>([
    [
      'throws',
      () => {
        throw new Error('no');
      },
    ],
    ['rejects', async () => Promise.reject(new Error('no'))],
  ])('says that a handler failed which %s', async (_name, handler) => {
    expect(await invoke(handler)).toEqual({ type: 'failed' });
  });

  it('does not wait for longer than the timeout', async () => {
    expect(await invoke(() => new Promise(() => {}), {}, 0.02)).toEqual({ type: 'timed-out' });
  });
});
