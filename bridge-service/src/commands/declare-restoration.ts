import { existsSync } from 'node:fs';
import path from 'node:path';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { CodedError } from '@onelock/core/errors';
import type { Checkpoint } from '../audit/checkpoint.ts';
import type { DeclaredRestoration } from '../audit/epochs.ts';
import { readCheckpoints, witnessFileName } from '../audit/witness-files.ts';
import { lifetimesOf, readConfig, type ServiceConfig, secretsFolderOf, witnessFoldersOf } from '../config.ts';
import type { DatabaseLocation } from '../repositories/engine/database-location.ts';
import { openStore } from '../repositories/store.ts';
import { loadServiceKey, type ServiceKey, serviceKeyFile } from '../secrets/service-key.ts';
import { declareRestoration } from '../services/declare-restoration.ts';
import { existingDatabase } from './existing-database.ts';

export interface RestorationOptions {
  /** Files of checkpoints that witnesses kept. */
  readonly checkpoints: readonly string[];
  readonly reason: string | undefined;
  readonly by: string | undefined;
  readonly approvedBy: string | undefined;
}

/** Who declares, and why. */
export interface Declarer {
  readonly reason: string;
  readonly by: string;
  readonly approvedBy: string | null;
}

/**
 * Declares that the log of a database lost its end when a backup was restored, which the command before this one did not say. Works beside a running service.
 *
 * @throws {CodedError} ERR_CLI_USAGE, ERR_CLI_FILE_UNREADABLE, ERR_SERVICE_RESTORATION_…
 */
export async function declareRestorationOf(
  environment: Readonly<Record<string, string | undefined>>,
  options: RestorationOptions & { readonly database: string | undefined; readonly kept: string | undefined },
): Promise<DeclaredRestoration> {
  const config = readConfig(environment);
  const { kept } = options;
  if (kept !== undefined && !/^\d{1,15}$/.test(kept)) throw new CodedError('ERR_CLI_USAGE', { detail: '--kept N' });
  const declared = await declareInto(
    config,
    existingDatabase(config, options.database),
    declarerOf(config, options) ?? missing('--reason --by'),
    [...keptByWitnesses(config), ...checkpointsIn(options.checkpoints)],
    kept === undefined ? null : Number(kept),
  );
  if (declared === null) throw new CodedError('ERR_SERVICE_RESTORATION_NOTHING');
  return declared;
}

/** @returns null when the log agrees with every checkpoint */
export async function declareInto(
  config: ServiceConfig,
  location: DatabaseLocation,
  declarer: Declarer,
  checkpoints: readonly Checkpoint[],
  kept: number | null,
): Promise<DeclaredRestoration | null> {
  const ops = createNodeCrypto();
  const key = serviceKeyOf(config);
  const store = await openStore(location, { ops });
  try {
    const ports = { store, ops, key, clock: () => new Date(), lifetimes: lifetimesOf(config) };
    return await declareRestoration(ports, { ...declarer, checkpoints, kept });
  } finally {
    await store.close();
  }
}

/**
 * The key of the service that wrote the log: one made anew would vouch for nothing.
 *
 * @throws {CodedError} ERR_SERVICE_CONFIG_INVALID when the folder of secrets has none
 */
export function serviceKeyOf(config: ServiceConfig): ServiceKey {
  const file = path.join(secretsFolderOf(config), serviceKeyFile);
  if (!existsSync(file))
    throw new CodedError('ERR_SERVICE_CONFIG_INVALID', { key: file, rule: 'restored from its own copy' });
  return loadServiceKey(secretsFolderOf(config), createNodeCrypto());
}

/** Who declares; null when nobody is named. With two-person control it takes a second one. */
export function declarerOf(config: ServiceConfig, { reason, by, approvedBy }: RestorationOptions): Declarer | null {
  if (reason === undefined && by === undefined) return null;
  const words = { reason: wordsOf(reason, '--reason'), by: wordsOf(by, '--by') };
  if (approvedBy === undefined && config.changeControl === 'two-person')
    throw new CodedError('ERR_SERVICE_RESTORATION_SECOND_PERSON');
  const second = approvedBy === undefined ? null : wordsOf(approvedBy, '--approved-by');
  if (second === words.by) throw new CodedError('ERR_SERVICE_RESTORATION_SECOND_PERSON');
  return { ...words, approvedBy: second };
}

const mostWords = 500;

function wordsOf(text: string | undefined, option: string): string {
  const words = text?.trim() ?? '';
  if (words === '' || words.length > mostWords || /\p{Cc}/u.test(words)) return missing(option);
  return words;
}

function missing(detail: string): never {
  throw new CodedError('ERR_CLI_USAGE', { detail });
}

/** Those in files that were named: each has some. */
export function checkpointsIn(files: readonly string[]): readonly Checkpoint[] {
  return files.flatMap((file) => {
    const found = readKept(file);
    return found.length === 0 ? missing(`${file}: no checkpoint`) : found;
  });
}

/** Those in the folders of the configuration. */
export function keptByWitnesses(config: ServiceConfig): readonly Checkpoint[] {
  return witnessFoldersOf(config)
    .map((folder) => path.join(folder, witnessFileName))
    .filter((file) => existsSync(file))
    .flatMap(readKept);
}

function readKept(file: string): readonly Checkpoint[] {
  try {
    return readCheckpoints(file);
  } catch (error) {
    throw new CodedError('ERR_CLI_FILE_UNREADABLE', { file }, { cause: error });
  }
}
