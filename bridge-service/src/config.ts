import { readFileSync } from 'node:fs';
import path from 'node:path';
import { CodedError } from '@onelock/core/errors';
import { configKeys } from './config-keys.ts';
import { hasPassword, RuleError } from './config-values.ts';
import { isLoopback } from './loopback.ts';
import { type DatabaseLocation, readDatabaseLocation } from './repositories/engine/database-location.ts';
import type { ChangeRules, Lifetimes } from './services/ports/ports.ts';

type Keys = typeof configKeys;
export type ServiceConfig = { readonly [Name in keyof Keys]: Keys[Name]['fallback'] };

/** The one key that names the configuration file: a JSON object whose names are those of {@link configKeys}. */
export const configFileVariable = 'ONELOCK_SERVICE_CONFIG_FILE';

/**
 * Reads the configuration once: file first, environment over it, then the defaults.
 *
 * @throws {CodedError} ERR_SERVICE_CONFIG_INVALID naming the variable or the file's key, and the rule
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): ServiceConfig {
  const fromFile = readConfigFile(environment[configFileVariable]);
  const values = Object.fromEntries(
    Object.entries(configKeys).map(([name, row]) => {
      const written = environment[row.variable] ?? fromFile.get(name);
      if (written === undefined) return [name, row.fallback];
      try {
        return [name, row.read(written)];
      } catch (error) {
        if (!(error instanceof RuleError)) throw error;
        throw new CodedError(
          'ERR_SERVICE_CONFIG_INVALID',
          { key: row.variable, rule: error.message },
          { cause: error },
        );
      }
    }),
  ) as unknown as ServiceConfig;
  checkTogether(values);
  return Object.freeze(values);
}

function readConfigFile(file: string | undefined): ReadonlyMap<string, string> {
  if (file === undefined || file === '') return new Map();
  const invalid = (rule: string, cause?: unknown): CodedError =>
    new CodedError('ERR_SERVICE_CONFIG_INVALID', { key: configFileVariable, rule }, { cause });
  let text: string;
  try {
    // Editors of Windows put a byte order mark before it, which the decoder takes away.
    text = new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file));
  } catch (error) {
    throw invalid('a readable file in UTF-8', error);
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw invalid('a readable JSON file', error);
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) throw invalid('a JSON object');
  return new Map(
    Object.entries(parsed).map(([name, value]) => {
      if (!Object.hasOwn(configKeys, name)) throw invalid(`unknown key ${name}`);
      if (Array.isArray(value)) return [name, value.join(',')];
      if (typeof value === 'object') throw invalid(`${name}: text, number, boolean or list`);
      return [name, String(value)];
    }),
  );
}

/** Variables that look like ours and are not: a misspelt one would otherwise be silently without effect. */
export function unknownVariables(environment: Readonly<Record<string, string | undefined>>): readonly string[] {
  const known = new Set<string>([configFileVariable, ...Object.values(configKeys).map((row) => row.variable)]);
  return Object.keys(environment).filter((name) => name.startsWith('ONELOCK_SERVICE_') && !known.has(name));
}

/** Name of the database file in the data folder. */
const databaseFileName = 'service.db';

type PlaceKeys = Pick<ServiceConfig, 'dataDir' | 'databaseUrl' | 'databasePasswordFile'>;

/**
 * Where the service remembers, by its configuration: PostgreSQL when there is an address, else the file in the data folder.
 *
 * @throws {CodedError} ERR_SERVICE_CONFIG_INVALID when the file of the password cannot be read
 */
export function databaseLocationOf({ dataDir, databaseUrl, databasePasswordFile }: PlaceKeys): DatabaseLocation {
  if (databaseUrl === null) return { engine: 'sqlite', file: path.join(dataDir, databaseFileName) };
  if (databasePasswordFile === null) return { engine: 'postgres', url: databaseUrl };
  try {
    return { engine: 'postgres', url: databaseUrl, password: readFileSync(databasePasswordFile, 'utf8').trimEnd() };
  } catch (error) {
    throw new CodedError(
      'ERR_SERVICE_CONFIG_INVALID',
      { key: configKeys.databasePasswordFile.variable, rule: 'a readable file' },
      { cause: error },
    );
  }
}

/**
 * A database as somebody named it on a command line. One of PostgreSQL has the password of the configured file: on a command line everybody on the
 * machine could read it.
 *
 * @throws {CodedError} ERR_CLI_USAGE for another scheme, or an address with a password; ERR_SERVICE_CONFIG_INVALID as {@link databaseLocationOf}
 */
export function namedDatabase(config: PlaceKeys, text: string): DatabaseLocation {
  const location = readDatabaseLocation(text);
  if (location.engine === 'sqlite') return location;
  if (hasPassword(location.url))
    throw new CodedError('ERR_CLI_USAGE', { detail: configKeys.databasePasswordFile.variable });
  return databaseLocationOf({ ...config, databaseUrl: location.url });
}

/** Folder of the service's own secrets. */
export const secretsFolderOf = ({ secretsDir, dataDir }: Pick<ServiceConfig, 'secretsDir' | 'dataDir'>): string =>
  secretsDir ?? path.join(dataDir, 'secrets');

/** Folders that keep checkpoints of the audit log outside the database; the first is beside the data. */
export const witnessFoldersOf = ({
  witnessDirs,
  dataDir,
}: Pick<ServiceConfig, 'witnessDirs' | 'dataDir'>): readonly string[] => [
  path.join(dataDir, 'checkpoints'),
  ...witnessDirs,
];

export const changeRulesOf = (config: ServiceConfig): ChangeRules => ({
  control: config.changeControl,
  freezeLeadMinutes: config.freezeLeadMinutes,
  originRegistryHours: config.originRegistryHours,
  newCaRevocation: config.newCaRevocation,
});

export const lifetimesOf = (config: ServiceConfig): Lifetimes => ({
  challengeSeconds: config.challengeLifetimeSeconds,
  codeMinutes: config.codeLifetimeMinutes,
  idempotencyHours: config.idempotencyRetentionHours,
  auditPayloadDays: config.auditPayloadRetentionDays,
  consoleIdleMinutes: config.consoleIdleMinutes,
  consoleHours: config.consoleSessionHours,
});

function checkTogether(config: ServiceConfig): void {
  const withTls = config.tlsCertificateFile !== null && config.tlsKeyFile !== null;
  if (!withTls && (config.tlsCertificateFile !== null || config.tlsKeyFile !== null))
    throw new CodedError('ERR_SERVICE_CONFIG_INVALID', {
      key: configKeys.tlsKeyFile.variable,
      rule: `${configKeys.tlsCertificateFile.variable} and ${configKeys.tlsKeyFile.variable} go together`,
    });
  if (config.tlsClientCertificates && !withTls)
    throw new CodedError('ERR_SERVICE_CONFIG_INVALID', {
      key: configKeys.tlsClientCertificates.variable,
      rule: `needs ${configKeys.tlsCertificateFile.variable}`,
    });
  if (config.clientCertificateHeader && config.trustedProxies.length === 0)
    throw new CodedError('ERR_SERVICE_CONFIG_INVALID', {
      key: configKeys.clientCertificateHeader.variable,
      rule: `needs ${configKeys.trustedProxies.variable}`,
    });
  if (!isLoopback(config.host) && !withTls && config.trustedProxies.length === 0)
    throw new CodedError('ERR_SERVICE_CONFIG_INVALID', {
      key: configKeys.host.variable,
      rule: `beyond loopback, set ${configKeys.tlsCertificateFile.variable} or ${configKeys.trustedProxies.variable}`,
    });
}
