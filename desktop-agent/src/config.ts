import os from 'node:os';
import path from 'node:path';
import { fromBase64 } from '@onelock/core/bytes';
import { agentPorts } from '@onelock/core/contract';
import { parsePublicKey } from '@onelock/core/crypto';
import { CodedError, isCodedError } from '@onelock/core/errors';
import { type WindowLanguage, windowLanguages } from './window/language.ts';

/** Everything the agent may be told, read once from the environment, checked, frozen and passed down. */
export interface AgentConfig {
  /** Loopback ports, tried in order; 0 asks the system for a free one. */
  readonly ports: readonly number[];
  /** Folder of what the agent remembers (authorised sites). */
  readonly stateDir: string;
  readonly shell: ShellChoice;
  /** `loopback-http` also admits pages served from http://localhost and http://127.0.0.1, for integrators at their desks. */
  readonly originPolicy: 'https-only' | 'loopback-http';
  readonly service: ServiceAddress | null;
  /** SubjectPublicKeyInfo of the service's signing keys: its registry of platforms is believed when one of them signed it. */
  readonly serviceKeys: readonly Uint8Array[];
  /** Sites that may ask without standing in the service's registry; `any`: every https site may. */
  readonly origins: readonly string[] | 'any';
  readonly trustAnchorsDir: string | null;
  /**
   * One entry per driver to host, each checked by the driver room's own schema; null where nothing is said, and then the
   * built-in drivers run.
   */
  readonly drivers: readonly unknown[] | null;
  /** Anchors and intermediates of those who sign drivers; without it no signed driver is believed. */
  readonly driverAnchorsDir: string | null;
  /** Sites that the operator lets sign bare digests. */
  readonly digestGrants: readonly DigestGrant[];
  readonly language: WindowLanguage;
  /** How long a window waits for the person. */
  readonly consentTimeoutMs: number;
  /** How often the service is asked whether a certificate of a key that is present was revoked, while a page listens. */
  readonly revocationEveryMs: number;
  readonly logLevel: LogLevel;
  /** `json` prints one JSON line per event on stdout, for the program that started the agent. */
  readonly output: 'json' | 'text';
}

/** The operator's written permission for one site to sign what nobody can see. */
export interface DigestGrant {
  readonly origin: string;
  /** Whether the site may log people in with the same keys as well; it could then sign a login as a digest. */
  readonly besideLogin: boolean;
}

export interface ServiceAddress {
  readonly url: string;
  readonly token: string;
}

const shellChoices = ['auto', 'chromium', 'print'] as const;
export type ShellChoice = (typeof shellChoices)[number];
const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads `ONELOCK_AGENT_*`.
 *
 * @throws {CodedError} ERR_SERVICE_CONFIG_INVALID naming the variable and the rule it breaks
 */
export function readConfig(environment: Environment): AgentConfig {
  const value = (key: string): string | undefined => environment[key] || undefined;
  const service = readService(value('ONELOCK_AGENT_SERVICE_URL'), value('ONELOCK_AGENT_SERVICE_TOKEN'));
  return Object.freeze({
    ports: readPorts(value('ONELOCK_AGENT_PORTS')),
    stateDir: path.resolve(value('ONELOCK_AGENT_STATE_DIR') ?? defaultStateDir(environment)),
    shell: readChoice('ONELOCK_AGENT_SHELL', value('ONELOCK_AGENT_SHELL'), shellChoices, 'auto'),
    originPolicy: readSwitch(environment, 'ONELOCK_AGENT_DEVELOPER') ? 'loopback-http' : 'https-only',
    service,
    serviceKeys: readServiceKeys(value('ONELOCK_AGENT_SERVICE_KEY'), service),
    origins: readOrigins(value('ONELOCK_AGENT_ORIGINS')),
    trustAnchorsDir: value('ONELOCK_AGENT_TRUST_ANCHORS_DIR') ?? null,
    drivers: readDrivers(value('ONELOCK_AGENT_DRIVERS')),
    driverAnchorsDir: value('ONELOCK_AGENT_DRIVER_ANCHORS_DIR') ?? null,
    digestGrants: readDigestGrants(value('ONELOCK_AGENT_DIGEST_ORIGINS')),
    language: readChoice('ONELOCK_AGENT_LANGUAGE', value('ONELOCK_AGENT_LANGUAGE'), windowLanguages, 'auto'),
    consentTimeoutMs: readSeconds(
      'ONELOCK_AGENT_CONSENT_TIMEOUT_SECONDS',
      value('ONELOCK_AGENT_CONSENT_TIMEOUT_SECONDS'),
      180,
    ),
    revocationEveryMs: readSeconds('ONELOCK_AGENT_REVOCATION_SECONDS', value('ONELOCK_AGENT_REVOCATION_SECONDS'), 900),
    logLevel: readChoice('ONELOCK_AGENT_LOG_LEVEL', value('ONELOCK_AGENT_LOG_LEVEL'), logLevels, 'info'),
    output: readSwitch(environment, 'ONELOCK_MACHINE_OUTPUT') ? 'json' : 'text',
  });
}

function invalid(key: string, rule: string): CodedError {
  return new CodedError('ERR_SERVICE_CONFIG_INVALID', { key, rule });
}

function readChoice<const Choice extends string>(
  key: string,
  text: string | undefined,
  choices: readonly Choice[],
  fallback: Choice,
): Choice {
  if (text === undefined) return fallback;
  const chosen = choices.find((choice) => choice === text);
  if (chosen === undefined) throw invalid(key, `one of ${choices.join(', ')}`);
  return chosen;
}

function readSwitch(environment: Environment, key: string): boolean {
  return readChoice(key, environment[key] || undefined, ['0', '1'], '0') === '1';
}

function readPorts(text: string | undefined): readonly number[] {
  if (text === undefined) return agentPorts;
  const ports = text.split(',').map((part) => (/^\d{1,5}$/.test(part.trim()) ? Number(part) : Number.NaN));
  if (ports.some((port) => !(port >= 0 && port <= 65_535)))
    throw invalid('ONELOCK_AGENT_PORTS', 'comma-separated port numbers, 0 to 65535');
  return ports;
}

function readSeconds(key: string, text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback * 1000;
  const seconds = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (seconds < 1 || seconds > 3600) throw invalid(key, 'whole seconds, 1 to 3600');
  return seconds * 1000;
}

function readService(url: string | undefined, token: string | undefined): ServiceAddress | null {
  if (url === undefined) return null;
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const loopback = parsed !== undefined && ['localhost', '127.0.0.1', '[::1]'].includes(parsed.hostname);
  if (parsed === undefined || !(parsed.protocol === 'https:' || (parsed.protocol === 'http:' && loopback)))
    throw invalid('ONELOCK_AGENT_SERVICE_URL', 'an https address (http only on loopback)');
  if (token === undefined) throw invalid('ONELOCK_AGENT_SERVICE_TOKEN', 'required with ONELOCK_AGENT_SERVICE_URL');
  return { url: parsed.href.replace(/\/$/, ''), token };
}

/** Base64 of SubjectPublicKeyInfo, as `/v1/keys` of the service gives it; several while the service changes its key. */
function readServiceKeys(text: string | undefined, service: ServiceAddress | null): readonly Uint8Array[] {
  const key = 'ONELOCK_AGENT_SERVICE_KEY';
  if (text === undefined) return [];
  if (service === null) throw invalid('ONELOCK_AGENT_SERVICE_URL', `required with ${key}`);
  return text.split(',').map((part) => {
    try {
      const { spki, kind } = parsePublicKey(fromBase64(part.trim()));
      if (kind === 'sm2') return spki;
    } catch (error) {
      if (!isCodedError(error)) throw error;
    }
    throw invalid(key, 'SM2 public keys (SubjectPublicKeyInfo, base64), comma-separated');
  });
}

/** `https://a.example,https://b.example`, or `*` */
function readOrigins(text: string | undefined): AgentConfig['origins'] {
  if (text === undefined) return [];
  if (text === '*') return 'any';
  return text.split(',').map((part) => {
    const origin = part.trim();
    if (!URL.canParse(origin) || new URL(origin).origin !== origin || !origin.startsWith('https://'))
      throw invalid('ONELOCK_AGENT_ORIGINS', 'comma-separated https origins, or * alone');
    return origin;
  });
}

/** `https://a.example,https://b.example+login` */
function readDigestGrants(text: string | undefined): readonly DigestGrant[] {
  if (text === undefined) return [];
  return text.split(',').map((part) => {
    const [origin = '', suffix] = part.trim().split('+');
    const parsed = URL.canParse(origin) ? new URL(origin).origin : undefined;
    if (parsed !== origin || (suffix !== undefined && suffix !== 'login'))
      throw invalid('ONELOCK_AGENT_DIGEST_ORIGINS', 'comma-separated origins, each with +login or without');
    return { origin, besideLogin: suffix === 'login' };
  });
}

function readDrivers(text: string | undefined): readonly unknown[] | null {
  if (text === undefined) return null;
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw new CodedError(
      'ERR_SERVICE_CONFIG_INVALID',
      { key: 'ONELOCK_AGENT_DRIVERS', rule: 'JSON' },
      { cause: error },
    );
  }
  if (!Array.isArray(parsed)) throw invalid('ONELOCK_AGENT_DRIVERS', 'a JSON list of drivers');
  return parsed;
}

function defaultStateDir(environment: Environment): string {
  const home = os.homedir();
  if (process.platform === 'win32')
    return path.join(environment.LOCALAPPDATA ?? path.join(home, 'AppData/Local'), 'OneLock');
  if (process.platform === 'darwin') return path.join(home, 'Library/Application Support/OneLock');
  return path.join(environment.XDG_STATE_HOME ?? path.join(home, '.local/state'), 'onelock');
}
