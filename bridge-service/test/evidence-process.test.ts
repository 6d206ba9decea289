import { rmSync } from 'node:fs';
import { toBase64 } from '@onelock/core/bytes';
import { afterAll, describe, expect, it } from 'vitest';
import { newTestDatabase } from './support/database.ts';
import { derOf } from './support/pki.ts';
import { newFolder, spawnService } from './support/process.ts';
import { SourceDouble } from './support/source-double.ts';

describe('a service whose source never answers', () => {
  const folder = newFolder();
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('starts, answers and stops without waiting for it', async () => {
    const double = await SourceDouble.start();
    double.misbehaviour = 'delay';
    const { environment } = await newTestDatabase(folder);
    const settings = {
      ...environment,
      ONELOCK_SERVICE_OUTBOUND_NETWORKS: '127.0.0.1',
      ONELOCK_SERVICE_CRL_TIMEOUT_MS: '600000',
      ONELOCK_SERVICE_EVIDENCE_WAIT_MS: '200',
      ONELOCK_SERVICE_SHUTDOWN_TIMEOUT_MS: '60000',
    };
    const service = await spawnService(folder, settings);
    const call = async (url: string, token: string, body: object, method = 'POST') => {
      const answer = await fetch(new URL(url, service.url), {
        ...{ method, body: JSON.stringify(body) },
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      });
      return { status: answer.status, body: (await answer.json()) as Record<string, string> };
    };
    const { body: made } = await call('/v1/administrators', 'x'.repeat(30), { code: service.code, name: 'x' });
    const token = made.token ?? '';
    const { body: ca } = await call('/v1/cas', token, {
      name: 'x',
      anchors: [toBase64(derOf('sm2/root'))],
      intermediates: [toBase64(derOf('sm2/intermediate'))],
    });
    await call(`/v1/cas/${ca.id}/sources`, token, { crl: [{ url: double.url('/never.crl') }] }, 'PUT');
    const judged = await call('/v1/certificates/validate', token, { certificate: toBase64(derOf('sm2/leaf')) });
    expect(judged).toMatchObject({ status: 200, body: { indication: 'indeterminate' } });
    expect(double.countOf('/never.crl')).toBe(1);
    expect(await service.end('SIGTERM')).toBe(0);
    // What ended because the service did is not held against the source.
    const again = await spawnService(folder, settings);
    const state = await fetch(new URL('/v1/evidence-sources', again.url), {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(await state.json()).toMatchObject({ items: [{ failures: 0 }] });
    expect(await again.end('SIGTERM')).toBe(0);
    await double.stop();
  });
});
