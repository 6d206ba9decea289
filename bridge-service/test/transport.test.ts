import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { request } from 'node:https';
import { networkInterfaces } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { opensslCommand } from '../../tools/src/test-setup/real-parts.ts';
import { requireReal } from '../../tools/src/test-setup/require-real.ts';
import { newFolder, spawnService } from './support/process.ts';
import { createTestService } from './support/service.ts';

let folder: string;
beforeEach(() => {
  folder = newFolder();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const outside = Object.values(networkInterfaces())
  .flatMap((list) => list ?? [])
  .find(({ internal, family }) => !internal && family === 'IPv4')?.address;

requireReal('OpenSSL', opensslCommand())('HTTPS by an own certificate', (openssl) => {
  it('is spoken with the files of the configuration, and plain HTTP is not', async () => {
    const [key, certificate] = [path.join(folder, 'key.pem'), path.join(folder, 'certificate.pem')];
    execFileSync(
      openssl,
      [
        ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'],
        ...['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', certificate],
      ],
      { stdio: 'ignore' },
    );
    const service = await spawnService(folder, {
      ONELOCK_SERVICE_TLS_CERTIFICATE_FILE: certificate,
      ONELOCK_SERVICE_TLS_KEY_FILE: key,
    });
    expect(service.url).toMatch(/^https:/);
    const answer = await new Promise<{ status: number; hsts: unknown }>((resolve, reject) => {
      request(`${service.url}/healthz`, { ca: readFileSync(certificate) }, (response) => {
        response.resume();
        resolve({ status: response.statusCode ?? 0, hsts: response.headers['strict-transport-security'] });
      })
        .on('error', reject)
        .end();
    });
    expect(answer).toEqual({ status: 200, hsts: expect.stringContaining('max-age=') });
    await expect(fetch(`${service.url.replace('https', 'http')}/healthz`)).rejects.toThrow();
    await service.end('SIGTERM');
  });
});

describe.skipIf(outside === undefined)('plain HTTP beyond loopback', () => {
  it('is for the stated proxies alone: anyone else is cut off', async () => {
    const settings = { ONELOCK_SERVICE_HOST: '0.0.0.0', ONELOCK_SERVICE_TRUSTED_PROXIES: '192.0.2.1' };
    const stranger = await spawnService(folder, settings);
    const { port } = new URL(stranger.url);
    await expect(fetch(`http://${outside}:${port}/healthz`)).rejects.toThrow();
    expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);
    await stranger.end('SIGTERM');

    const proxy = await spawnService(folder, {
      ...settings,
      ONELOCK_SERVICE_TRUSTED_PROXIES: `192.0.2.1, ${outside}/32`,
    });
    expect((await fetch(`http://${outside}:${new URL(proxy.url).port}/healthz`)).status).toBe(200);
    await proxy.end('SIGTERM');
  });
});

describe('X-Forwarded-For', () => {
  it('is believed from a stated proxy and from nobody else', async () => {
    for (const [trustedProxies, expected] of [
      [['127.0.0.1'], [401, 401, 401]],
      [[], [401, 429, 429]],
    ] as const) {
      const service = await createTestService({ trustedProxies, anonymousRequestsPerMinute: 1 });
      const statuses = [];
      for (const address of ['203.0.113.1', '203.0.113.2', '203.0.113.3'])
        statuses.push((await service.call('GET', '/v1/cas', { headers: { 'x-forwarded-for': address } })).status);
      expect(statuses).toEqual(expected);
      await service.close();
    }
  });
});
