import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { opensslCommand } from '../../tools/src/test-setup/real-parts.ts';
import { requireReal } from '../../tools/src/test-setup/require-real.ts';
import { startAgentOfTest } from './support/agent-of-test.ts';
import type { AgentProcess } from './support/agent-process.ts';
import { rememberAllowed } from './support/allowed-sites.ts';
import { connectPage, type PageConnection, site } from './support/page-connection.ts';
import { type ServiceProcess, startService } from './support/service-process.ts';
import { makeSoftToken, type SoftTokens } from './support/tokens.ts';

const pki = (name: string): string => fileURLToPath(new URL(`../../vectors/pki/rsa/${name}`, import.meta.url));
const other = 'https://other.example.gov.cn';

requireReal('OpenSSL', opensslCommand())('a certificate that its CA revokes', (openssl) => {
  let folder: string;
  let lists: Server;
  let list: Buffer;
  let service: ServiceProcess;
  let tokens: SoftTokens;
  let caId: string;

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'onelock-revocation-'));
    writeFileSync(path.join(folder, 'index.txt'), '');
    writeFileSync(path.join(folder, 'number'), '01\n');
    const own = `database=${folder}/index.txt\ncrlnumber=${folder}/number\ndefault_md=sha256\ndefault_crl_days=30\ncrl_extensions=list`;
    writeFileSync(
      path.join(folder, 'ca.cnf'),
      `[ca]\ndefault_ca=own\n[own]\n${own}\n[list]\nauthorityKeyIdentifier=keyid\n`,
    );
    list = newList();
    lists = createServer((_request, response) => response.end(list));
    await new Promise<void>((resolve) => lists.listen(0, '127.0.0.1', resolve));
    service = await startService({ ONELOCK_SERVICE_OUTBOUND_NETWORKS: '127.0.0.1/32' });
    const answer = await fetch(`${service.url}/v1/cas`, {
      headers: { authorization: `Bearer ${service.administratorToken}` },
    });
    const { items } = (await answer.json()) as { items: readonly { id: string; name: string }[] };
    caId = items.find(({ name }) => name === 'RSA')?.id ?? '';
    const url = `http://127.0.0.1:${(lists.address() as AddressInfo).port}/rsa.crl`;
    await service.ask('PUT', `/v1/cas/${caId}/sources`, { crl: [{ url }] });
    tokens = await makeSoftToken();
  });
  afterAll(async () => {
    await service.cleanUp();
    tokens.cleanUp();
    lists.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const ca = (...args: readonly string[]): void => {
    const issuer = ['-cert', pki('intermediate.pem'), '-keyfile', pki('intermediate.test-key.pem')];
    execFileSync(openssl, ['ca', '-config', path.join(folder, 'ca.cnf'), ...issuer, ...args], { stdio: 'pipe' });
  };
  function newList(): Buffer {
    ca('-gencrl', '-out', path.join(folder, 'list.pem'));
    return execFileSync(openssl, ['crl', '-in', path.join(folder, 'list.pem'), '-outform', 'DER']);
  }
  const startAgent = (stateDir?: string): Promise<AgentProcess> =>
    startAgentOfTest({
      drivers: [tokens.driver],
      environment: {
        ONELOCK_AGENT_SERVICE_URL: service.url,
        ONELOCK_AGENT_SERVICE_TOKEN: service.agentToken,
        ONELOCK_AGENT_REVOCATION_SECONDS: '1',
      },
      ...(stateDir === undefined ? {} : { stateDir }),
    });
  const told = (page: PageConnection) =>
    page.events.filter(({ name }) => name === 'certificatesChanged').map(({ payload }) => payload);
  const come = async (agent: AgentProcess, origin: string): Promise<PageConnection> => {
    const page = await connectPage(agent.port, { origin });
    await vi.waitFor(async () => expect((await page.call('listCertificates', {})).identities).toHaveLength(2), {
      timeout: 45_000,
      interval: 200,
    });
    return page;
  };

  it('is told to the pages that are open, once to each site, and to nobody while it is good', async () => {
    const agent = await startAgent();
    rememberAllowed(agent.stateDir, site, other);
    const page = await come(agent, site);
    const stranger = await connectPage(agent.port, { origin: 'https://not-allowed.example.cn' });
    // Looked at several times, and good each time.
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    expect(told(page)).toEqual([]);

    ca('-revoke', pki('leaf.pem'), '-crl_reason', 'keyCompromise');
    list = newList();
    await service.ask('POST', `/v1/cas/${caId}/sources/refresh`, {});
    await vi.waitFor(() => expect(told(page)).toHaveLength(1), { timeout: 30_000 });
    const listed = await page.call('listCertificates', {});
    const [event] = told(page) as { key: string }[];
    expect(event).toMatchObject({ change: 'revoked', daysLeft: null });
    expect(listed.identities.find(({ key }) => key === event?.key)).toMatchObject({ label: 'RSA' });
    expect(await page.call('validateCertificate', { certificate: der(openssl) })).toMatchObject({
      reason: { code: 'ERR_REVOCATION_REVOKED' },
    });

    const late = await come(agent, other);
    await vi.waitFor(() => expect(told(late)).toHaveLength(1), { timeout: 30_000 });
    const again = await come(agent, site);
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    expect([told(page).length, told(again).length, told(stranger).length]).toEqual([1, 0, 0]);

    await agent.quit();
    const restarted = await startAgent(agent.stateDir);
    const back = await come(restarted, site);
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    expect(told(back)).toEqual([]);
  });
});

const der = (openssl: string): Uint8Array =>
  new Uint8Array(execFileSync(openssl, ['x509', '-in', pki('leaf.pem'), '-outform', 'DER']));
