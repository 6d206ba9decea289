import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type LaunchedChromium, launchChromium } from '../../tools/src/test-setup/chromium.ts';
import { chromiumExecutable } from '../../tools/src/test-setup/real-parts.ts';
import { requireReal } from '../../tools/src/test-setup/require-real.ts';
import { startAgentOfTest } from './support/agent-of-test.ts';
import type { AgentProcess } from './support/agent-process.ts';
import { rememberAllowed } from './support/allowed-sites.ts';
import { failure } from './support/failure.ts';
import { connectPage, site } from './support/page-connection.ts';
import { type ServiceProcess, startService } from './support/service-process.ts';
import { Person } from './support/windows.ts';

const chromium = requireReal('Chromium', chromiumExecutable());

chromium('sites and the registry of platforms', (executable) => {
  let service: ServiceProcess;
  let browser: LaunchedChromium;
  beforeAll(async () => {
    [service, browser] = await Promise.all([startService(), launchChromium(executable)]);
  });
  afterAll(async () => {
    await browser.close();
    await service.cleanUp();
  });

  const startAgent = (environment: Readonly<Record<string, string>> = {}, stateDir?: string): Promise<AgentProcess> =>
    startAgentOfTest({
      environment: {
        ONELOCK_AGENT_SERVICE_URL: service.url,
        ONELOCK_AGENT_SERVICE_TOKEN: service.agentToken,
        ONELOCK_AGENT_SERVICE_KEY: service.key,
        ONELOCK_AGENT_ORIGINS: '',
        ...environment,
      },
      ...(stateDir === undefined ? {} : { stateDir }),
    });

  it('a site that the trading centre did not register is refused without a window, whatever the person allowed before', async () => {
    const agent = await startAgent();
    rememberAllowed(agent.stateDir, 'https://phishing.example');
    const page = await connectPage(agent.port, { origin: 'https://phishing.example' });
    // Discovery alone is open: the page learns that there is an agent, and nothing else.
    expect((await page.call('getAgentInfo', {})).product).toBe('OneLock');
    await expect(failure(page.call('listDevices', {}))).resolves.toFailWith('ERR_AGENT_ORIGIN_UNREGISTERED');
    await expect(failure(page.call('listCertificates', {}))).resolves.toMatchObject({
      params: { origin: 'https://phishing.example' },
    });
    expect(agent.unopenedWindows()).toEqual([]);
    await page.close();
  });

  it('one that was registered a moment ago may ask, and the window says as what; taken out again it may not', async () => {
    const agent = await startAgent();
    const platform = await service.ask('POST', '/v1/callers', {
      ...{ name: '示范省公共资源交易平台', role: 'platform', origins: [site] },
    });
    const page = await connectPage(agent.port);
    const listing = page.call('listDevices', {});
    const person = new Person(agent, browser.context);
    const window = await person.open();
    expect(await window.locator('.site').textContent()).toContain('示范省公共资源交易平台');
    await window.getByRole('button', { name: '允许此网站' }).click();
    expect((await listing).devices).toEqual([]);

    // Without the service an agent that starts again still knows the platform.
    await Promise.all([agent.quit(), service.kill()]);
    const offline = await startAgent({}, agent.stateDir);
    const again = await connectPage(offline.port);
    expect((await again.call('listDevices', {})).devices).toEqual([]);
    await service.restart();
    await service.ask('PATCH', `/v1/callers/${platform.id}`, { origins: ['https://elsewhere.example'] });
    await offline.quit();
    const later = await startAgent({}, agent.stateDir);
    await vi.waitFor(
      async () => {
        const back = await connectPage(later.port);
        const refused = await failure(back.call('listDevices', {}));
        await back.close();
        expect(refused).toFailWith('ERR_AGENT_ORIGIN_UNREGISTERED');
      },
      { timeout: 45_000, interval: 500 },
    );
  });

  it('a registry that another key signed is not believed, and the computer’s check says so', async () => {
    const otherKey =
      'MFkwEwYHKoZIzj0CAQYIKoEcz1UBgi0DQgAEPnSPdnQmQOtf2qRT5H0OkPDVM932w+J7at3D0Bk7opUSNgEPpIYbXOr5QVmRXCPigSMXLQScn0QS3elhqVmC3g==';
    const agent = await startAgent({ ONELOCK_AGENT_SERVICE_KEY: otherKey, ONELOCK_AGENT_ORIGINS: site });
    rememberAllowed(agent.stateDir, site, 'https://other.example');
    const stranger = await connectPage(agent.port, { origin: 'https://other.example' });
    await expect(failure(stranger.call('listDevices', {}))).resolves.toFailWith('ERR_AGENT_ORIGIN_REGISTRY_MISSING');
    const page = await connectPage(agent.port);
    const { checks, overall } = await page.call('checkEnvironment', { checks: ['service'] });
    expect(overall).toBe('blocked');
    expect(checks).toMatchObject([{ cause: { code: 'ERR_AGENT_ORIGIN_REGISTRY_MISSING' }, fix: 'check-network' }]);
    for (const giveUpAt = Date.now() + 30_000; !agent.log().includes('REGISTRY_INVALID'); await delay(50))
      if (Date.now() > giveUpAt) throw new Error(`nothing in the log:\n${agent.log()}`);
  });

  it('without a service the agent’s own configuration says which sites may ask', async () => {
    const agent = await startAgent({
      ONELOCK_AGENT_SERVICE_URL: '',
      ONELOCK_AGENT_SERVICE_KEY: '',
      ONELOCK_AGENT_ORIGINS: site,
    });
    rememberAllowed(agent.stateDir, site, 'https://other.example');
    const page = await connectPage(agent.port);
    expect((await page.call('listDevices', {})).devices).toEqual([]);
    const stranger = await connectPage(agent.port, { origin: 'https://other.example' });
    await expect(failure(stranger.call('listDevices', {}))).resolves.toFailWith('ERR_AGENT_ORIGIN_UNREGISTERED');
  });
});
