import { parseCertificate } from '@onelock/core/x509';
import { connect } from '@onelock/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { opensslCommand } from '../../tools/src/test-setup/real-parts.ts';
import { requireReal } from '../../tools/src/test-setup/require-real.ts';
import { createServiceClient } from '../src/service-client.ts';
import { startStack } from '../src/stack.ts';
import { webSocketOf } from '../src/walk/browser-tab.ts';
import { createPerson } from '../src/walk/person.ts';
import { startTestStack, type TestStack } from './support/demo-stack.ts';
import { opensslVerifiesSm2 } from './support/openssl.ts';

describe('the demonstration as programs', () => {
  let running: TestStack;
  beforeAll(async () => {
    running = await startTestStack('never');
  });
  afterAll(async () => running?.stop());

  requireReal('OpenSSL', opensslCommand())('with OpenSSL as the second opinion', (openssl) => {
    it('makes a raw SM2 signature that OpenSSL verifies under the default user id', async () => {
      const { stack } = running;
      const person = createPerson(stack);
      const client = await connect({ ports: [stack.agent.port], WebSocket: webSocketOf(stack.site.url) });
      const filter = { algorithms: ['sm2'], validity: 'valid' } as const;
      const [{ identities }] = await Promise.all([client.listCertificates({ filter }), person.allowSite()]);
      const [identity] = identities;
      if (identity === undefined) throw new Error('no SM2 identity');
      const data = new TextEncoder().encode('投标文件');
      const [result] = await Promise.all([
        client.signData({ key: identity.key, data }),
        person.confirm(stack.province.manifest.pin),
      ]);
      const { spki } = parseCertificate(result.certificate).publicKey;
      expect(opensslVerifiesSm2(openssl, { spki, message: data, signature: result.signature })).toBe(true);
      expect(opensslVerifiesSm2(openssl, { spki, message: data.subarray(1), signature: result.signature })).toBe(false);
      client.close();
      person.leave();
    });
  });

  it('goes on from its folder at a second start, and leaves no process behind', async () => {
    const { stack, folder } = running;
    const before = { callers: stack.callers, province: stack.province.manifest };
    const pids = [stack.service, stack.agent, stack.site].map(({ program }) => program.pid);
    await stack.stop();
    expect(pids.filter(isAlive)).toEqual([]);

    const options = {
      folder,
      ports: { service: 0, site: 0, agent: [0] },
      agentShell: 'print',
      softHsm: 'never',
    } as const;
    const again = await startStack(options);
    try {
      expect(again.province.manifest).toEqual(before.province);
      expect(again.callers).toEqual(before.callers);
      const service = createServiceClient(again.service.url, again.callers.administratorToken);
      const { items: cas } = await service.get<{ items: { name: string }[] }>('/v1/cas');
      expect(cas.map(({ name }) => name)).toEqual(['示范省 SM2 CA', '示范省 RSA CA']);
      const { items: platforms } = await service.get<{ items: { origins: string[] }[] }>('/v1/platforms');
      expect(platforms.map(({ origins }) => origins)).toEqual([[again.site.url]]);
    } finally {
      await again.stop();
    }
  });

  it('that cannot start says which program failed and why, and ends the others', async () => {
    const other = await startTestStack('never');
    try {
      const port = Number(new URL(other.stack.service.url).port);
      const options = {
        folder: running.folder,
        ports: { service: port, site: 0, agent: [0] },
        agentShell: 'print',
        softHsm: 'never',
      } as const;
      await expect(startStack(options)).rejects.toThrow(/bridge-service: ended with[\s\S]*EADDRINUSE/);
    } finally {
      await other.stop();
    }
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false;
    throw error;
  }
}
