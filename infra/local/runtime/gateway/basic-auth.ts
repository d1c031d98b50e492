import { equalInConstantTime } from '../../../../lib/constant-time.ts';

export type BasicCredentials = { readonly username: string; readonly password: string };

/** True where an `Authorization` header carries these credentials (RFC 7617). */
export const isAuthorized = (header: string | undefined, credentials: BasicCredentials): boolean => {
  const match = /^basic +([A-Za-z0-9+/=]+) *$/i.exec(header ?? '');
  const given = Buffer.from(match?.[1] ?? '', 'base64');
  return equalInConstantTime(given, `${credentials.username}:${credentials.password}`);
};
