import { CodedError } from '@onelock/core/errors';
import type { FastifyRequest } from 'fastify';

/** A form of another site can send neither this header nor this origin. @throws {CodedError} ERR_LOGIN_ORIGIN_MISMATCH */
export function demandOwnPage(
  { headers }: Pick<FastifyRequest, 'headers'>,
  page: 'apply' | 'login' | 'phone',
  origin: string,
): void {
  if (headers.origin === origin && headers['x-onelock-page'] === page) return;
  throw new CodedError('ERR_LOGIN_ORIGIN_MISMATCH', { expected: origin, actual: String(headers.origin ?? '') });
}
