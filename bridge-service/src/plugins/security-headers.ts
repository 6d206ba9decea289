import type { FastifyInstance } from 'fastify';

/**
 * What every answer says to browsers: the service's answers are no pages, no frames and nobody else's resources. Pages of the service say
 * otherwise for themselves. As @fastify/helmet has it (a test compares), which makes them anew for each answer at a twentieth of the time
 * of a judgement.
 */
export function securityHeaders(tls: boolean): readonly (readonly [name: string, value: string])[] {
  return [
    ['content-security-policy', "default-src 'none';frame-ancestors 'none'"],
    ['cross-origin-opener-policy', 'same-origin'],
    ['cross-origin-resource-policy', 'same-origin'],
    ['origin-agent-cluster', '?1'],
    ['referrer-policy', 'no-referrer'],
    ...(tls ? ([['strict-transport-security', 'max-age=31536000; includeSubDomains']] as const) : []),
    ['x-content-type-options', 'nosniff'],
    ['x-dns-prefetch-control', 'off'],
    ['x-download-options', 'noopen'],
    ['x-frame-options', 'DENY'],
    ['x-permitted-cross-domain-policies', 'none'],
    ['x-xss-protection', '0'],
  ];
}

/** On the raw answer, so that those who write to it themselves have them too. */
export function installSecurityHeaders(app: FastifyInstance, tls: boolean): void {
  const headers = securityHeaders(tls);
  app.addHook('onRequest', (_request, reply, done) => {
    for (const [name, value] of headers) reply.raw.setHeader(name, value);
    done();
  });
}
