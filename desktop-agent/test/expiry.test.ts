import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { createSoftToken } from '@onelock/drivers/soft';
import { expect, it, onTestFinished, vi } from 'vitest';
import { opensslCommand } from '../../tools/src/test-setup/real-parts.ts';
import { requireReal } from '../../tools/src/test-setup/require-real.ts';
import { startAgentOfTest } from './support/agent-of-test.ts';
import type { AgentProcess } from './support/agent-process.ts';
import { rememberAllowed } from './support/allowed-sites.ts';
import { connectPage, type PageConnection, site } from './support/page-connection.ts';
import { testDer } from './support/tokens.ts';

const keyFile = fileURLToPath(new URL('../../vectors/pki/rsa/leaf.test-key.pem', import.meta.url));
const other = 'https://other.example.gov.cn';

requireReal('OpenSSL', opensslCommand())('a certificate that is about to expire', (openssl) => {
  /** A token with one certificate for each number of days that it still has. */
  async function tokenWith(...days: readonly number[]): Promise<object> {
    const folder = mkdtempSync(path.join(tmpdir(), 'onelock-expiry-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const tokens = path.join(folder, 'tokens');
    mkdirSync(tokens);
    const identities = days.map((left) => {
      // A little less than the last day, so that the days left are a whole number of them whenever this runs.
      const make = ['req', '-new', '-x509', '-key', keyFile, '-subj', `/CN=ends in ${left}`, '-outform', 'DER'];
      const der = execFileSync(openssl, [...make, '-days', String(left)], { stdio: ['ignore', 'pipe', 'ignore'] });
      const signing = { pkcs8: testDer('rsa/leaf.test-key.pem'), certificate: new Uint8Array(der) };
      return { id: `d${left}`, label: `d${left}`, signing };
    });
    await createSoftToken({
      ...{ file: path.join(tokens, 'a.softtoken'), label: 'a', serialNumber: '1', pin: '24681357', pinRetries: 6 },
      identities,
    });
    return { id: 'soft', family: 'soft', folder: tokens };
  }

  const remindersOf = (page: PageConnection): unknown[] =>
    page.events.filter(({ name }) => name === 'certificatesChanged').map(({ payload }) => payload);

  /** The page, once it lists what is on the key: what was to be told by then has been told. */
  async function come(agent: AgentProcess, origin: string, identities: number): Promise<PageConnection> {
    const page = await connectPage(agent.port, { origin });
    const list = async (): Promise<void> =>
      expect((await page.call('listCertificates', {})).identities).toHaveLength(identities);
    await vi.waitFor(list, { timeout: 45_000, interval: 200 });
    await new Promise((resolve) => setTimeout(resolve, 500));
    return page;
  }

  it('is told of at 90, 30, 15 and 7 days, once to each site, also across a restart', async () => {
    const driver = await tokenWith(100, 60, 20, 10, 3);
    const agent = await startAgentOfTest({ drivers: [driver] });
    rememberAllowed(agent.stateDir, site, other);
    const page = await come(agent, site, 5);
    await vi.waitFor(() => expect(remindersOf(page)).toHaveLength(4), { timeout: 30_000 });
    expect(remindersOf(page)).toEqual(
      expect.arrayContaining(
        [60, 20, 10, 3].map((daysLeft) =>
          expect.objectContaining({ change: 'expiring', daysLeft, subject: `CN=ends in ${daysLeft}` }),
        ),
      ),
    );
    expect(remindersOf(await come(agent, site, 5))).toEqual([]);
    const stranger = await come(agent, other, 5);
    await vi.waitFor(() => expect(remindersOf(stranger)).toHaveLength(4), { timeout: 30_000 });
    await agent.quit();
    const again = await startAgentOfTest({ drivers: [driver], stateDir: agent.stateDir });
    expect(remindersOf(await come(again, site, 5))).toEqual([]);
  });

  it('is told of to nobody whom the person has not allowed', async () => {
    const agent = await startAgentOfTest({ drivers: [await tokenWith(3)] });
    rememberAllowed(agent.stateDir, site);
    const stranger = await connectPage(agent.port, { origin: other });
    const page = await come(agent, site, 1);
    await vi.waitFor(() => expect(remindersOf(page)).toHaveLength(1), { timeout: 30_000 });
    expect(stranger.events).toEqual([]);
  });
});
