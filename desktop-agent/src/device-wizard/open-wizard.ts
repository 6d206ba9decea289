import { createNodeCrypto } from '@onelock/core/crypto/node';
import type { AgentConfig } from '../config.ts';
import { DriverShelf } from '../drivers/driver-shelf.ts';
import { pickShell } from '../shell/pick-shell.ts';
import { builtPagesFolder, loadPageFiles } from '../window/page-files.ts';
import { WindowPrompt } from '../window/window-prompt.ts';
import { startWindowServer } from '../window/window-server.ts';
import { runDeviceWizard } from './device-wizard.ts';

/** A person plugs things in and out, and reads what is printed on them. */
const patienceMs = 30 * 60 * 1000;

export interface WizardSurroundings {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly now: () => Date;
  readonly printWindow: (url: string) => void;
}

/**
 * `onelock agent unknown-device`: the wizard in a window of its own, without the rest of the agent, which may be running beside it.
 * @returns the file of the report
 */
export async function openDeviceWizard(config: AgentConfig, surroundings: WizardSurroundings): Promise<string> {
  const { environment, now, printWindow } = surroundings;
  const { stateDir } = config;
  const shelf = new DriverShelf({
    stateDir,
    anchorsDir: config.driverAnchorsDir,
    explicit: null,
    serviceUrl: null,
    ops: createNodeCrypto(),
    now,
    environment,
    onChanged: () => undefined,
    onProblem: () => undefined,
  });
  const known = shelf.installed().map(({ manifest }) => manifest);
  shelf.close();
  const server = await startWindowServer(loadPageFiles(builtPagesFolder()));
  const shell = pickShell(config.shell, { environment, stateDir, print: printWindow });
  const window = new WindowPrompt({ server, shell, language: config.language, timeoutMs: patienceMs });
  try {
    return await runDeviceWizard(window, { stateDir, known, now, environment });
  } finally {
    await window.close();
    await server.close();
  }
}
