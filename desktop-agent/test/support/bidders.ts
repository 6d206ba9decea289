import { afterAll, beforeAll, vi } from 'vitest';
import { type LaunchedChromium, launchChromium } from '../../../tools/src/test-setup/chromium.ts';
import { chromiumExecutable } from '../../../tools/src/test-setup/real-parts.ts';
import { requireReal } from '../../../tools/src/test-setup/require-real.ts';
import type { AgentOptions } from './agent-process.ts';
import { type Bidder, startBidder } from './bidder.ts';
import type { SoftTokenOptions } from './tokens.ts';

/** Lets one bidder after the other do something, each with a token and an agent of their own, and ends what they leave behind. */
export type WithBidder = (
  token: SoftTokenOptions,
  act: (bidder: Bidder) => Promise<void>,
  agent?: AgentOptions,
) => Promise<void>;

/** A suite of people at the agent's windows, in one real Chromium. */
export function withBidders(title: string, tests: (withBidder: WithBidder) => void): void {
  // Agents, drivers and browsers take their time where the machine is busy.
  vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });
  requireReal('Chromium', chromiumExecutable())(title, (executable) => {
    let browser: LaunchedChromium;
    beforeAll(async () => {
      browser = await launchChromium(executable);
    });
    afterAll(() => browser.close());
    tests(async (token, act, agent) => {
      const bidder = await startBidder(browser, { token, ...(agent === undefined ? {} : { agent }) });
      try {
        await act(bidder);
      } finally {
        await bidder.leave();
      }
    });
  });
}
