import { IncomingMessage, type ServerResponse } from 'node:http';
import { readBody } from '../../runtime/gateway/body.ts';
import { respondJson } from '../../runtime/gateway/respond.ts';
import { type AwsCredentials, checkSignature, type SignatureRefusal } from './signature.ts';

type Handle = (request: IncomingMessage, response: ServerResponse) => void;

/** BatchWriteItem of DynamoDB, the largest request there is, takes 16 MiB. */
const bodyLimit = 16 * 1024 * 1024;

/** In the words of AWS. */
const messages: Readonly<Record<SignatureRefusal, string>> = {
  MissingAuthenticationTokenException: 'Missing Authentication Token',
  UnrecognizedClientException: 'The security token included in the request is invalid.',
  InvalidSignatureException:
    'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
};

/** An AWS service that takes only requests which are signed with these credentials. */
export const guard =
  (handle: Handle, credentials: AwsCredentials): Handle =>
  (request, response) => {
    const answer = (body: Buffer | undefined) => {
      if (body === undefined) return response.writeHead(413, { connection: 'close' }).end();
      const refusal = checkSignature(request, body, credentials);
      if (refusal === undefined) return handle(withBody(request, body), response);
      const error = { __type: refusal, message: messages[refusal] };
      return respondJson(response, 400, error, { 'x-amzn-errortype': refusal });
    };
    readBody(request, bodyLimit).then(answer, () => response.destroy());
  };

/** The request as it was before its body was read. */
const withBody = (request: IncomingMessage, body: Uint8Array): IncomingMessage => {
  const { method, url, headers, httpVersion, httpVersionMajor, httpVersionMinor } = request;
  const whole = new IncomingMessage(request.socket);
  Object.assign(whole, { method, url, headers, httpVersion, httpVersionMajor, httpVersionMinor });
  whole.complete = true;
  whole.push(body);
  whole.push(null);
  return whole;
};
