import type { FastifyRequest } from 'fastify';

/** The secret in a cookie of ours, or undefined. */
export function cookieOf({ headers }: Pick<FastifyRequest, 'headers'>, wanted: string): string | undefined {
  for (const part of (headers.cookie ?? '').split(';')) {
    const [name, value = ''] = part.trim().split('=');
    if (name === wanted) return /^[\w-]{20,200}$/.test(value) ? value : undefined;
  }
  return undefined;
}
