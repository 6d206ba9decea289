import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createServiceClient } from '../src/service-client.ts';
import { freePort } from '../src/stack/free-port.ts';
import { buildSite } from '../src/trading-site/server/app.ts';

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: string;
}

describe('the doors of the trading site', () => {
  let site: FastifyInstance;
  let origin: string;
  let port: number;
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'onelock-site-'));
    writeFileSync(path.join(folder, 'index.html'), '<!doctype html>');
    port = await freePort();
    origin = `http://127.0.0.1:${port}`;
    // Nobody listens where the service should be: what does not need it works all the same.
    const service = createServiceClient(`http://127.0.0.1:${await freePort()}`, 'none');
    const agentPorts = [18965, 18966];
    const ops = createNodeCrypto();
    site = buildSite({
      origin,
      agentPorts,
      pagesDir: folder,
      service,
      ops,
      clock: Date.now,
      vouchFor: async () => null,
      logLevel: 'silent',
    });
    await site.listen({ host: '127.0.0.1', port });
  });
  afterAll(async () => {
    await site?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  function send(method: string, address: string, headers: Record<string, string> = {}, body?: string): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const sent = request({ host: '127.0.0.1', port, method, path: address, headers }, (response) => {
        let text = '';
        response.on('data', (chunk) => {
          text += chunk;
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }));
      });
      sent.on('error', reject);
      sent.end(body);
    });
  }
  const post = (address: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer> =>
    send('POST', address, { origin, 'content-type': 'application/json', ...headers }, JSON.stringify(body));
  const codeOf = ({ body }: Answer): string => (JSON.parse(body) as { error: { code: string } }).error.code;

  it('carry a policy that lets a page speak to the site and the agent and nobody else', async () => {
    const { headers, status } = await send('GET', '/');
    expect(status).toBe(200);
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
    expect(policy).toContain(
      "connect-src 'self' ws://127.0.0.1:18965 ws://localhost:18965 http://127.0.0.1:18965 ws://127.0.0.1:18966 ",
    );
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe|\*/);
    expect(headers['x-content-type-options']).toBe('nosniff');
  });

  it('are shut to a name that is not the site’s own (DNS rebinding)', async () => {
    const answer = await send('GET', '/api/session', { host: 'rebound.example' });
    expect(answer.status).toBe(403);
    expect(codeOf(answer)).toBe('ERR_AGENT_HOST_DENIED');
  });

  it.each([
    ['another site', { origin: 'https://hostile.example' }],
    ['an opaque origin', { origin: 'null' }],
  ])('are shut to acts of %s', async (_who, headers) => {
    const answer = await post('/api/logout', {}, headers);
    expect(answer.status).toBe(403);
    expect(codeOf(answer)).toBe('ERR_AGENT_ORIGIN_DENIED');
  });

  it('are shut to acts without an origin, and to forms', async () => {
    expect((await send('POST', '/api/logout', { 'content-type': 'application/json' }, '{}')).status).toBe(403);
    const form = await send(
      'POST',
      '/api/logout',
      { origin, 'content-type': 'application/x-www-form-urlencoded' },
      'a=b',
    );
    expect(form.status).toBe(415);
  });

  it('let nobody at the desk who is not logged in', async () => {
    for (const answer of [
      await post('/api/documents', { name: 'a', content: 'AQID' }),
      await post('/api/documents/1/signature', { message: 'AQID' }),
      await send('GET', '/api/documents/1/content'),
    ]) {
      expect(answer.status).toBe(401);
      expect(codeOf(answer)).toBe('ERR_AUTH_REQUIRED');
    }
  });

  it('take no login token that does not answer a challenge of this very browser', async () => {
    const answer = await post('/api/login', { token: { challenge: 'AAAA', certificate: 'AAAA' } });
    expect(answer.status).toBe(403);
    expect(codeOf(answer)).toBe('ERR_LOGIN_CHALLENGE_UNKNOWN');
  });

  it('say with a code that the service is down, and what is malformed', async () => {
    const down = await post('/api/login/challenge', {});
    expect([down.status, codeOf(down)]).toEqual([503, 'ERR_SERVICE_UNAVAILABLE']);
    expect(down.headers['set-cookie']).toBeUndefined();
    const malformed = await post('/api/login', { token: 7 });
    expect([malformed.status, codeOf(malformed)]).toEqual([400, 'ERR_REQUEST_INVALID']);
    const lost = await send('GET', '/api/nowhere');
    expect([lost.status, codeOf(lost)]).toEqual([404, 'ERR_REQUEST_NOT_FOUND']);
    expect((await send('GET', '/../package.json')).status).toBe(404);
  });
});
