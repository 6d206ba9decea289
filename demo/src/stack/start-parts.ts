import path from 'node:path';
import { isAdministratorCode, isListening } from '../programs/events.ts';
import { type Program, startProgram } from '../programs/program.ts';
import { runProgram } from '../programs/run-program.ts';
import type { Province } from '../province/manifest.ts';

/** A program that listens. */
export interface ListeningProgram {
  readonly program: Program;
  readonly port: number;
}

export interface ListeningService extends ListeningProgram {
  readonly url: string;
  /** Makes an administrator: the code of the first start, or a fresh one by break-glass. */
  administratorCode(): Promise<string>;
}

export async function startService(
  folder: string,
  port: number,
  agentPorts: readonly number[],
): Promise<ListeningService> {
  const environment = {
    ONELOCK_SERVICE_DATA_DIR: path.join(folder, 'service'),
    ONELOCK_SERVICE_PORT: String(port),
    ONELOCK_SERVICE_LOGIN_AGENT_PORTS: agentPorts.join(','),
    // The test CA is on this machine.
    ONELOCK_SERVICE_OUTBOUND_NETWORKS: '127.0.0.1/32',
    ONELOCK_SERVICE_STATUS_PAGE: 'public',
    // The demonstration's CAs publish no revocation; the console says so.
    ONELOCK_SERVICE_NEW_CA_REVOCATION: 'if-available',
    ONELOCK_SERVICE_LOG_LEVEL: 'warn',
  };
  const program = startProgram({ name: 'bridge-service', entry: ['bridge-service', 'cli'], environment });
  let firstCode: string | undefined;
  program.onEvent((event) => {
    if (isAdministratorCode(event)) firstCode = event.code;
  });
  const listening = await whenListening(program);
  return {
    ...listening,
    url: `http://127.0.0.1:${listening.port}`,
    administratorCode: async () => firstCode ?? (await breakGlass(environment)),
  };
}

/** The service keeps only a digest of its code, so a second start cannot print the first one again. */
async function breakGlass(environment: Readonly<Record<string, string>>): Promise<string> {
  const printed = await runProgram({
    name: 'break-glass',
    entry: ['bridge-service', 'cli'],
    args: ['break-glass', '--json'],
    environment,
  });
  return (JSON.parse(printed) as { readonly code: string }).code;
}

export interface AgentSettings {
  readonly folder: string;
  readonly ports: readonly number[];
  readonly shell: 'auto' | 'chromium' | 'print';
  readonly province: Province;
  readonly serviceUrl: string;
  readonly serviceToken: string;
  /** By which the service signs its registry of platforms; told here, and in earnest by the installer. */
  readonly serviceKey: string;
}

export function startAgent(settings: AgentSettings): Promise<ListeningProgram> {
  const environment = {
    ONELOCK_AGENT_PORTS: settings.ports.join(','),
    ONELOCK_AGENT_STATE_DIR: path.join(settings.folder, 'agent'),
    ONELOCK_AGENT_SHELL: settings.shell,
    // The demonstration's site is reached by http on loopback, as an integrator's own machine is.
    ONELOCK_AGENT_DEVELOPER: '1',
    ONELOCK_AGENT_SERVICE_URL: settings.serviceUrl,
    ONELOCK_AGENT_SERVICE_TOKEN: settings.serviceToken,
    ONELOCK_AGENT_SERVICE_KEY: settings.serviceKey,
    ONELOCK_AGENT_TRUST_ANCHORS_DIR: settings.province.anchorsDir,
    ONELOCK_AGENT_DRIVERS: JSON.stringify(settings.province.drivers),
    ONELOCK_AGENT_LOG_LEVEL: 'warn',
  };
  return whenListening(startProgram({ name: 'desktop-agent', entry: ['desktop-agent', 'main'], environment }));
}

/** The enrolment door of the province's authorities. */
export function startTestCa(provinceFolder: string, passwordFile: string, port: number): Promise<ListeningProgram> {
  const environment = {
    ONELOCK_TEST_CA_PROVINCE: provinceFolder,
    ONELOCK_TEST_CA_PASSWORD_FILE: passwordFile,
    ONELOCK_TEST_CA_PORT: String(port),
  };
  return whenListening(startProgram({ name: 'test-ca', entry: ['demo', 'test-ca/main'], environment }));
}

export interface SiteSettings {
  readonly port: number;
  readonly serviceUrl: string;
  readonly serviceToken: string;
  readonly agentPorts: readonly number[];
  readonly pagesDir: string;
  readonly ticketKeyFile: string;
}

export function startSite(settings: SiteSettings): Promise<ListeningProgram> {
  const environment = {
    ONELOCK_SITE_PORT: String(settings.port),
    ONELOCK_SITE_SERVICE_URL: settings.serviceUrl,
    ONELOCK_SITE_SERVICE_TOKEN: settings.serviceToken,
    ONELOCK_SITE_AGENT_PORTS: settings.agentPorts.join(','),
    ONELOCK_SITE_PAGES_DIR: settings.pagesDir,
    ONELOCK_SITE_TICKET_KEY_FILE: settings.ticketKeyFile,
  };
  return whenListening(startProgram({ name: 'trading-site', entry: ['demo', 'trading-site/main'], environment }));
}

/** A program that does not come to listen is ended before its failure is told. */
async function whenListening(program: Program): Promise<ListeningProgram> {
  try {
    const { port } = await program.waitFor(isListening);
    return { program, port };
  } catch (error) {
    await program.stop();
    throw error;
  }
}
