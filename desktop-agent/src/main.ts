#!/usr/bin/env node
import { isCodedError } from '@onelock/core/errors';
import { describeError } from '@onelock/core/messages';
import { startAgent } from './agent.ts';
import { readConfig } from './config.ts';
import { openDeviceWizard } from './device-wizard/open-wizard.ts';
import { createLog } from './log.ts';
import { manageSites } from './manage-sites.ts';
import { createOutput } from './output.ts';

/** The agent ends by itself this soon after it was told to, whatever a driver or a window does. */
const shutdownPatienceMs = 5_000;

/** Ctrl-C reaches a whole group of processes and is often passed on as well: twice within this time is once. */
const sameSignalMs = 1_000;

const usage = `用法 / usage: onelock agent [COMMAND]

  (无 / none)             启动代理 / start the agent
  sites                   已允许的网站 / allowed sites
  sites revoke ORIGIN     撤销对网站的允许 / revoke a site
  unknown-device          未识别介质向导 / the wizard for a device that is not recognised
  --json                  机器可读输出 / machine-readable output
`;

async function run(): Promise<void> {
  const config = readConfig(process.env);
  const output = createOutput(config.output, (text) => process.stdout.write(text));
  const log = createLog(config.logLevel);
  const agent = await startAgent(config, {
    environment: process.env,
    log,
    now: () => new Date(),
    printWindow: output.window,
  });
  let toldAt: number | null = null;
  const stop = (signal: NodeJS.Signals): void => {
    if (toldAt !== null) {
      if (performance.now() - toldAt > sameSignalMs) process.exit(1);
      return;
    }
    toldAt = performance.now();
    log.info({ signal }, 'stopping');
    setTimeout(() => process.exit(1), shutdownPatienceMs).unref();
    void agent.close().then(() => process.exit(0));
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  process.on('unhandledRejection', (error) => {
    log.fatal({ error }, 'unhandled');
    process.exit(1);
  });
  output.listening(agent.port);
}

async function reportDevice(): Promise<void> {
  const config = readConfig(process.env);
  const output = createOutput(config.output, (text) => process.stdout.write(text));
  const file = await openDeviceWizard(config, {
    environment: process.env,
    now: () => new Date(),
    printWindow: output.window,
  });
  process.stdout.write(config.output === 'json' ? `${JSON.stringify({ event: 'report', file })}\n` : `${file}\n`);
}

async function main(args: readonly string[]): Promise<void> {
  const json = args.includes('--json');
  const words = args.filter((word) => word !== '--json');
  if (words.length === 0) return run();
  if (words[0] === 'sites') {
    process.exitCode = await manageSites(words.slice(1), { json, stateDir: readConfig(process.env).stateDir });
    if (process.exitCode !== 2) return;
  }
  if (words[0] === 'unknown-device' && words.length === 1) return reportDevice();
  const help = words[0] === '--help' || words[0] === '-h';
  (help ? process.stdout : process.stderr).write(usage);
  process.exitCode = help ? 0 : 2;
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (!isCodedError(error)) throw error;
  const { code, params } = error;
  process.stderr.write(
    `onelock agent: ${code}\n  ${describeError(code, params, 'zh-CN')}\n  ${describeError(code, params, 'en')}\n`,
  );
  process.exit(1);
}
