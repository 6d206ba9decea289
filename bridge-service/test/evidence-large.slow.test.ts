import { monitorEventLoopDelay } from 'node:perf_hooks';
import { toBase64, toHex } from '@onelock/core/bytes';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeCorpus } from '../bench/service/corpus.ts';
import { evidenceSettings } from './support/evidence-world.ts';
import { createTestService, type TestService } from './support/service.ts';
import { SourceDouble } from './support/source-double.ts';

const entries = 1_000_000;
const megabyte = 1024 * 1024;
/** The list, its index, what came over the network before it was joined, and some for the rest. */
const mostMegabytes = 600;

describe('a list of a million entries', () => {
  const ops = createNodeCrypto();
  const now = new Date();
  const [ca] = makeCorpus({ certificatesPerCa: 200, entries, rsaKeys: 1 }, ops, now);
  let service: TestService;
  let double: SourceDouble;
  beforeAll(async () => {
    const limits = { crlLimitBytes: 128 * megabyte, crlTimeoutMs: 120_000, evidenceWaitMs: 120_000 };
    service = await createTestService({ ...evidenceSettings, ...limits }, now);
    double = await SourceDouble.start();
  });
  afterAll(async () => {
    await double.stop();
    await service.close();
  });

  it('comes in without holding others up, within its memory, and decides', async () => {
    if (ca === undefined) throw new Error('no CA');
    const token = service.administrator;
    double.serve('/big.crl', () => ca.crl);
    const registered = await service.call('POST', '/v1/cas', {
      ...{ token, body: { name: 'x', anchors: [toBase64(ca.root)], intermediates: [toBase64(ca.issuing)] } },
    });
    const url = `/v1/cas/${registered.body.id}/sources`;
    const issuer = toHex(ops.digest('sm3', ca.issuing));
    await service.call('PUT', url, { token, body: { crl: [{ url: double.url('/big.crl'), issuer }] } });
    const memoryBefore = process.memoryUsage().rss;
    const delay = monitorEventLoopDelay({ resolution: 10 });
    delay.enable();
    const started = performance.now();
    const refreshed = await service.call('POST', `${url}/refresh`, { token });
    const seconds = (performance.now() - started) / 1000;
    delay.disable();
    expect(refreshed.body.items).toMatchObject([{ failures: 0, list: { entries } }]);
    const grown = (process.memoryUsage().rss - memoryBefore) / megabyte;
    expect(grown).toBeLessThan(mostMegabytes);
    const outcomes: Record<string, number> = {};
    for (const leaf of ca.leaves) {
      const { body } = await service.call('POST', '/v1/certificates/validate', {
        token,
        body: { certificate: toBase64(leaf) },
      });
      outcomes[body.indication] = (outcomes[body.indication] ?? 0) + 1;
    }
    expect(outcomes).toEqual({ passed: ca.leaves.length - ca.revoked, failed: ca.revoked });
    // For whoever reads the run: a machine with other work makes any limit on pauses a matter of luck.
    const pause = Math.round(delay.max / 1e6);
    process.stdout.write(
      `${ca.crl.length} bytes in ${seconds.toFixed(1)} s; ${grown.toFixed(0)} MB; longest pause ${pause} ms\n`,
    );
  }, 600_000);
});
