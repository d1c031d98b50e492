export { httpErrors } from './http/errors.ts';
export { maxBodyBytes, type RawRequest, toRawRequest } from './http/request.ts';
export { json } from './http/respond.ts';
