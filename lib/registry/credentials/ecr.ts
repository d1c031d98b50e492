import * as z from 'zod/mini';
import type { EcrRegistry } from '../../ecr-registry.ts';
import { TagboatError } from '../../errors.ts';
import type { Transport } from '../transport.ts';
import type { AwsCredentials, CallAws } from './aws.ts';
import type { CredentialsProvider, IssuedCredentials } from './credentials.ts';
import { kept } from './kept.ts';

const authorization = z.object({
  authorizationToken: z.string().check(z.minLength(1)),
  /** Seconds since the epoch. */
  expiresAt: z.number(),
});
const tokenShape = z.object({
  authorizationData: z.union([authorization, z.array(authorization).check(z.minLength(1))]),
});

const roleShape = z.object({
  AssumeRoleResponse: z.object({
    AssumeRoleResult: z.object({
      Credentials: z.object({
        AccessKeyId: z.string(),
        SecretAccessKey: z.string(),
        SessionToken: z.string(),
      }),
    }),
  }),
});

const another = (what: string): TagboatError =>
  new TagboatError('registry-protocol', `AWS answers ${what} in another shape than documented`);

const assume = async (
  roleArn: string,
  region: string,
  callAws: CallAws,
  transport: Transport,
): Promise<AwsCredentials> => {
  const input = { RoleArn: roleArn, RoleSessionName: 'tagboat', DurationSeconds: '900' };
  const answer = roleShape.safeParse(
    await callAws({ service: 'sts', action: 'AssumeRole', region, input }, transport),
  );
  if (!answer.success) throw another('sts:AssumeRole');
  const { AccessKeyId, SecretAccessKey, SessionToken } =
    answer.data.AssumeRoleResponse.AssumeRoleResult.Credentials;
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
};

/** @throws TagboatError `registry-protocol` */
const readToken = (answer: unknown): IssuedCredentials => {
  const checked = tokenShape.safeParse(answer);
  const data = checked.success ? [checked.data.authorizationData].flat()[0] : undefined;
  // `AWS:` and the password, in base64
  const text = Buffer.from(data?.authorizationToken ?? '', 'base64').toString();
  const colon = text.indexOf(':');
  if (data === undefined || colon < 1) throw another('GetAuthorizationToken');
  return {
    username: text.slice(0, colon),
    password: text.slice(colon + 1),
    expires: data.expiresAt * 1000,
  };
};

/**
 * Amazon ECR: a password that lasts twelve hours, which the function asks for with its own role, or with one that it assumes.
 * The password opens what that role may pull, in registries of other accounts too.
 * https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_GetAuthorizationToken.html
 */
export const ecrCredentials = (
  { service, region }: EcrRegistry,
  roleArn: string | undefined,
  callAws: CallAws,
): CredentialsProvider =>
  kept(async (transport) => {
    const credentials = roleArn === undefined ? undefined : await assume(roleArn, region, callAws, transport);
    return readToken(
      await callAws({ service, action: 'GetAuthorizationToken', region, input: {}, credentials }, transport),
    );
  });
