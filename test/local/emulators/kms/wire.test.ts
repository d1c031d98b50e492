import { describe, expect, it } from 'vitest';
import { createKms, isKmsRequest } from '../../../../infra/local/emulators/kms/kms.ts';
import { serve } from '../registry/serve.ts';

describe('local KMS, on the wire', () => {
  const signed = { authorization: 'AWS4-HMAC-SHA256 Credential=x/20261123/us-east-1/kms/aws4_request' };

  it.each([
    [
      'without a signature',
      { 'x-amz-target': 'TrentService.ListAliases' },
      '{}',
      { __type: 'MissingAuthenticationTokenException', message: 'Missing Authentication Token' },
    ],
    [
      'of an operation that is not there',
      { ...signed, 'x-amz-target': 'TrentService.toString' },
      '{}',
      { __type: 'UnknownOperationException' },
    ],
    [
      'that is not JSON',
      { ...signed, 'x-amz-target': 'TrentService.ListAliases' },
      '{',
      {
        __type: 'SerializationException',
        message: 'Start of structure or map found where not expected.',
      },
    ],
    [
      'over 64 KiB',
      { ...signed, 'x-amz-target': 'TrentService.Encrypt' },
      'x'.repeat(70_000),
      { __type: 'ValidationException', message: 'The request is too large.' },
    ],
  ])('answers a request %s', async (_name, headers, body, expected) => {
    const kms = await createKms();
    await using server = await serve((request, response) => kms.handle(request, response));

    const response = await fetch(server.url, { method: 'POST', headers, body });

    expect(response.status).toBe(400);
    expect(await response.json()).toEqual(expected);
    expect(response.headers.get('content-type')).toBe('application/x-amz-json-1.1');
    expect(response.headers.get('x-amzn-requestid')).toMatch(/^[0-9a-f-]{36}$/);
    expect(response.headers.get('x-amzn-errortype')).toBe(expected.__type);
  });

  it('knows its requests among others', async () => {
    await using server = await serve((request, response) => response.end(String(isKmsRequest(request))));
    const ask = async (init: RequestInit): Promise<string> => (await fetch(server.url, init)).text();

    expect([
      await ask({ method: 'POST', headers: { 'x-amz-target': 'TrentService.Decrypt' } }),
      await ask({ method: 'POST', headers: { 'x-amz-target': 'DynamoDB_20120810.GetItem' } }),
      await ask({ method: 'POST' }),
      await ask({ headers: { 'x-amz-target': 'TrentService.Decrypt' } }),
    ]).toEqual(['true', 'false', 'false', 'false']);
  });
});
