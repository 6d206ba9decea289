import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { request } from 'node:https';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { opensslCommand } from '../../tools/src/test-setup/real-parts.ts';
import { requireReal } from '../../tools/src/test-setup/require-real.ts';
import { newFolder } from './support/process.ts';
import { createTestService, type TestService } from './support/service.ts';

let folder: string;
beforeAll(() => {
  folder = newFolder();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const file = (name: string): string => path.join(folder, name);

function makeCertificate(openssl: string, name: string, days = 2): string {
  execFileSync(
    openssl,
    [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', String(days)],
      ...['-subj', `/CN=${name}`, '-addext', 'subjectAltName=IP:127.0.0.1'],
      ...['-keyout', file(`${name}.key`), '-out', file(`${name}.pem`)],
    ],
    { stdio: 'ignore' },
  );
  return readFileSync(file(`${name}.pem`), 'utf8');
}

async function demandCertificate(service: TestService, certificate: string, name = 'server') {
  const made = await service.call('POST', '/v1/callers', {
    token: service.administrator,
    body: { name, role: 'platform' },
  });
  const set = await service.call('PUT', `/v1/platforms/${made.body.id}/profile`, {
    token: service.administrator,
    body: {
      ...{ contacts: [], keys: [], requestsPerMinute: null, webhooks: [], authentication: 'mtls' },
      clientCertificates: [{ id: 'server', certificate }],
    },
  });
  return { id: made.body.id as string, token: made.body.token as string, set };
}

requireReal('OpenSSL', opensslCommand())('a platform that has to come with a TLS certificate', (openssl) => {
  it('is let in by that certificate and its key over HTTPS, and by a stolen token not', async () => {
    const own = makeCertificate(openssl, 'service');
    const registered = makeCertificate(openssl, 'platform');
    makeCertificate(openssl, 'stranger');
    const service = await createTestService(
      {
        ...{ tlsCertificateFile: file('service.pem'), tlsKeyFile: file('service.key') },
        tlsClientCertificates: true,
      },
      new Date(),
    );
    try {
      const { id, token, set } = await demandCertificate(service, registered);
      expect(set.status).toBe(200);
      const url = await service.app.listen({ host: '127.0.0.1', port: 0 });
      const ask = (client: string | null, bearer: string | null) =>
        new Promise<{ status: number; body: { id?: string; error?: { code: string } } }>((resolve, reject) => {
          const keys =
            client === null
              ? {}
              : { cert: readFileSync(file(`${client}.pem`)), key: readFileSync(file(`${client}.key`)) };
          const headers = bearer === null ? {} : { authorization: `Bearer ${bearer}` };
          request(`${url}/v1/callers/self`, { ca: own, agent: false, ...keys, headers }, (response) => {
            let text = '';
            response.on('data', (chunk) => (text += String(chunk)));
            response.on('end', () => resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) }));
          })
            .on('error', reject)
            .end();
        });
      expect(await ask('platform', null)).toMatchObject({ status: 200, body: { id } });
      expect(await ask('platform', token)).toMatchObject({ status: 200, body: { id } });
      for (const client of [null, 'stranger'])
        expect(await ask(client, token)).toMatchObject({
          status: 401,
          body: { error: { code: 'ERR_AUTH_CERTIFICATE_REQUIRED' } },
        });
      expect((await ask('stranger', null)).status).toBe(401);
      expect((await ask('platform', service.administrator)).body.error?.code).toBe('ERR_AUTH_INVALID');
      service.setClock(new Date(Date.now() + 3 * 86_400_000));
      expect((await ask('platform', token)).status).toBe(401);
    } finally {
      await service.close();
    }
  });

  it('is let in by the header of a stated proxy, and by the same header from anybody else not', async () => {
    const registered = makeCertificate(openssl, 'behind');
    const der = registered.replaceAll(/-----[A-Z ]+-----|\s/g, '');
    for (const [trustedProxies, clientCertificateHeader, status] of [
      [['127.0.0.1'], true, 200],
      [['127.0.0.1'], false, 401],
      [['192.0.2.7'], true, 401],
    ] as const) {
      const service = await createTestService({ trustedProxies, clientCertificateHeader }, new Date());
      const { id } = await demandCertificate(service, registered);
      const ask = (header: string) => service.call('GET', '/v1/callers/self', { headers: { 'client-cert': header } });
      const answer = await ask(`:${der}:`);
      expect([answer.status, answer.body.id]).toEqual([status, status === 200 ? id : undefined]);
      for (const header of [der, `:${der}`, '::', `:${'A'.repeat(20_000)}:`, ':!!!:', `:${der}:, :${der}:`])
        expect((await ask(header)).status).not.toBe(200);
      await service.close();
    }
  });

  it('shares its certificate with nobody', async () => {
    const registered = makeCertificate(openssl, 'own');
    const service = await createTestService({}, new Date());
    expect((await demandCertificate(service, registered)).set.status).toBe(200);
    await expect
      .poll(async () => (await demandCertificate(service, registered, 'other')).set.body.error?.code)
      .toBe('ERR_REQUEST_CONFLICT');
    await service.close();
  });
});

describe('the configuration', () => {
  it('asks for a listener or a proxy that could bring certificates', async () => {
    const { readConfig } = await import('../src/config.ts');
    for (const name of ['TLS_CLIENT_CERTIFICATES', 'CLIENT_CERTIFICATE_HEADER'])
      expect(() => readConfig({ [`ONELOCK_SERVICE_${name}`]: '1' })).toFailWith('ERR_SERVICE_CONFIG_INVALID');
  });
});
