import { setTimeout as delay } from 'node:timers/promises';
import type { Result } from '@onelock/core/contract';
import type { LaunchedChromium } from '../../../tools/src/test-setup/chromium.ts';
import { startAgentOfTest } from './agent-of-test.ts';
import type { AgentOptions, AgentProcess, startAgentProcess } from './agent-process.ts';
import { rememberAllowed } from './allowed-sites.ts';
import { connectPage, type PageConnection, site } from './page-connection.ts';
import { makeSoftToken, type SoftTokenOptions, type SoftTokens } from './tokens.ts';
import { Person } from './windows.ts';

export type Identity = Result<'listCertificates'>['identities'][number];

/** A bidder in the middle of the work: token inserted, agent running, site allowed before, page connected, browser at hand. */
export interface Bidder {
  readonly tokens: SoftTokens;
  readonly agent: AgentProcess;
  readonly person: Person;
  readonly page: PageConnection;
  /** The key handle of one of the token's identities, `SM2` or `RSA`. */
  key(label: string): Promise<string>;
  leave(): Promise<void>;
}

/**
 * @param browser        the person's; its owner closes it
 * @param options.start  how the agent is started; by default it ends with the test that is running
 */
export async function startBidder(
  browser: LaunchedChromium,
  options: {
    readonly token?: SoftTokenOptions;
    /** Another token than the file that is made by default. */
    readonly tokens?: SoftTokens;
    readonly agent?: AgentOptions;
    readonly start?: typeof startAgentProcess;
  } = {},
): Promise<Bidder> {
  const tokens = options.tokens ?? (await makeSoftToken(options.token));
  const agent = await (options.start ?? startAgentOfTest)({ drivers: [tokens.driver], ...options.agent });
  rememberAllowed(agent.stateDir, site);
  const page = await connectPage(agent.port);
  return {
    tokens,
    agent,
    person: new Person(agent, browser.context),
    page,
    key: async (label) => {
      // On a busy machine the driver may still be starting.
      for (const giveUpAt = Date.now() + 45_000; ; await delay(200)) {
        const { identities } = await page.call('listCertificates', {});
        const found = identities.find((identity) => identity.label === label);
        if (found !== undefined) return found.key;
        if (Date.now() > giveUpAt) throw new Error(`no identity ${label}`);
      }
    },
    leave: async () => {
      await page.close();
      const status = await agent.stop();
      tokens.cleanUp();
      if (status !== 0) throw new Error(`the agent ended with ${status}:\n${agent.log()}`);
    },
  };
}
