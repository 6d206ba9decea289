import helmet from '@fastify/helmet';
import fastify from 'fastify';
import { describe, expect, it } from 'vitest';
import { installSecurityHeaders, securityHeaders } from './security-headers.ts';

/** What the plugin would set. */
async function headersOfHelmet(tls: boolean): Promise<Record<string, unknown>> {
  const app = fastify();
  await app.register(helmet, {
    global: true,
    frameguard: { action: 'deny' },
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { 'default-src': ["'none'"], 'frame-ancestors': ["'none'"] },
    },
    strictTransportSecurity: tls ? { maxAge: 31_536_000 } : false,
  });
  app.get('/', async () => '');
  const { headers } = await app.inject('/');
  await app.close();
  return ofSecurity(headers);
}

const ofFraming = new Set(['content-length', 'content-type', 'date', 'connection', 'transfer-encoding']);
const ofSecurity = (headers: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !ofFraming.has(name)));

describe('the security headers of every answer', () => {
  it.each([false, true])('are those of helmet, with TLS: %s', async (tls) => {
    expect(Object.fromEntries(securityHeaders(tls))).toEqual(await headersOfHelmet(tls));
  });

  it('stand on answers of errors and of what writes to the raw answer itself', async () => {
    const app = fastify();
    installSecurityHeaders(app, false);
    app.get('/error', async () => {
      throw new Error('refused');
    });
    app.get('/raw', (_request, reply) => {
      reply.hijack();
      reply.raw.end('raw');
    });
    for (const url of ['/error', '/raw', '/nowhere']) {
      const { headers } = await app.inject(url);
      expect(ofSecurity(headers), url).toEqual(Object.fromEntries(securityHeaders(false)));
    }
    await app.close();
  });
});
