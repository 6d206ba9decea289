import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** Everything the trading site is told, read once from the environment. */
export interface SiteConfig {
  readonly host: string;
  readonly port: number;
  readonly serviceUrl: string;
  readonly serviceToken: string;
  /** Where pages look for the agent; named in the content security policy. */
  readonly agentPorts: readonly number[];
  /** The site's own key for request tickets (P-256, PEM); null: it makes none. */
  readonly ticketKeyFile: string | null;
  /** Folder of the built pages. */
  readonly pagesDir: string;
  /** One JSON line per event on standard output, for the program that started us. */
  readonly machineOutput: boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;

const defaultAgentPorts = '18965,18966,18967,18968';

/** @throws {Error} naming the variable and its rule */
export function readConfig(environment: Environment): SiteConfig {
  const required = (name: string): string => {
    const value = environment[name];
    if (value === undefined || value === '') throw new Error(`${name} is required`);
    return value;
  };
  const here = path.dirname(fileURLToPath(import.meta.url));
  return Object.freeze({
    host: environment.ONELOCK_SITE_HOST ?? '127.0.0.1',
    port: readPort('ONELOCK_SITE_PORT', environment.ONELOCK_SITE_PORT ?? '18961'),
    serviceUrl: required('ONELOCK_SITE_SERVICE_URL'),
    serviceToken: required('ONELOCK_SITE_SERVICE_TOKEN'),
    agentPorts: (environment.ONELOCK_SITE_AGENT_PORTS ?? defaultAgentPorts)
      .split(',')
      .map((text) => readPort('ONELOCK_SITE_AGENT_PORTS', text)),
    ticketKeyFile: environment.ONELOCK_SITE_TICKET_KEY_FILE || null,
    pagesDir: environment.ONELOCK_SITE_PAGES_DIR ?? path.resolve(here, '../../dist/pages'),
    machineOutput: environment.ONELOCK_MACHINE_OUTPUT === '1',
  });
}

function readPort(name: string, text: string): number {
  const port = /^\d{1,5}$/.test(text.trim()) ? Number(text) : Number.NaN;
  if (!(port >= 0 && port <= 65_535)) throw new Error(`${name} must be a port, 0 to 65535`);
  return port;
}
