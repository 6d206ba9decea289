import type { StackOptions } from '../stack.ts';

export interface DemoSettings extends StackOptions {
  /** One JSON line per event on standard output. */
  readonly machineOutput: boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;

const shells = ['auto', 'chromium', 'print'] as const;

/**
 * Reads `ONELOCK_DEMO_*`: FOLDER, SERVICE_PORT, SITE_PORT, CA_PORT, AGENT_PORTS (comma list), AGENT_SHELL. Port 0 lets the system choose.
 *
 * @throws {Error} naming the variable and its rule
 */
export function readSettings(environment: Environment, defaultFolder: string): DemoSettings {
  const shell = environment.ONELOCK_DEMO_AGENT_SHELL || 'auto';
  const agentShell = shells.find((name) => name === shell);
  if (agentShell === undefined) throw new Error(`ONELOCK_DEMO_AGENT_SHELL must be one of ${shells.join(', ')}`);
  return {
    folder: environment.ONELOCK_DEMO_FOLDER || defaultFolder,
    ports: {
      service: readPort('ONELOCK_DEMO_SERVICE_PORT', environment.ONELOCK_DEMO_SERVICE_PORT || '18960'),
      ca: readPort('ONELOCK_DEMO_CA_PORT', environment.ONELOCK_DEMO_CA_PORT || '0'),
      site: readPort('ONELOCK_DEMO_SITE_PORT', environment.ONELOCK_DEMO_SITE_PORT || '18961'),
      agent: (environment.ONELOCK_DEMO_AGENT_PORTS || '18965,18966,18967,18968')
        .split(',')
        .map((text) => readPort('ONELOCK_DEMO_AGENT_PORTS', text)),
    },
    agentShell,
    softHsm: 'when-found',
    machineOutput: environment.ONELOCK_MACHINE_OUTPUT === '1',
  };
}

function readPort(name: string, text: string): number {
  const port = /^\d{1,5}$/.test(text.trim()) ? Number(text) : Number.NaN;
  if (!(port >= 0 && port <= 65_535)) throw new Error(`${name} must be a port, 0 to 65535`);
  return port;
}
