import { existsSync } from 'node:fs';
import path from 'node:path';
import { CodedError } from '@onelock/core/errors';
import {
  DriverStore,
  type InstalledDriver,
  installedDrivers,
  readDriverTrust,
  type StoreContents,
} from '../catalogue/index.ts';
import { type DriverSurroundings, type DriverTrust, thisSystem } from '../manifest/index.ts';
import { agentFolder } from './agent-folder.ts';
import type { CommandContext } from './command.ts';

/** The drivers that this person's agent knows, as the agent itself reads them. */
export function openStore(context: CommandContext): DriverStore {
  const { environment, ops, now } = context;
  const trust = trustOf(context);
  return new DriverStore({
    folder: path.join(agentFolder(environment), 'drivers'),
    trust: () => trust,
    ops,
    now,
  });
}

export interface KnownHere {
  readonly contents: StoreContents;
  readonly installed: readonly InstalledDriver[];
}

export function readKnown(context: CommandContext): KnownHere {
  const contents = openStore(context).contents();
  return { contents, installed: installedDrivers(contents, surroundingsOf(context)) };
}

/** @throws {CodedError} ERR_DRIVER_SYSTEM_UNSUPPORTED */
export function surroundingsOf({ environment }: CommandContext): DriverSurroundings {
  const system = thisSystem(environment);
  if (system === null)
    throw new CodedError('ERR_DRIVER_SYSTEM_UNSUPPORTED', {
      driver: '*',
      system: `${process.platform}-${process.arch}`,
    });
  const folder = agentFolder(environment);
  return {
    system,
    driversFolder: path.join(folder, 'drivers'),
    tokenFolder: path.join(folder, 'tokens'),
    exists: existsSync,
  };
}

/** `--trust` and ONELOCK_AGENT_DRIVER_ANCHORS_DIR together. @throws {CodedError} ERR_CLI_FILE_UNREADABLE */
export function trustOf({ environment, trust }: CommandContext): DriverTrust {
  const folder = environment.ONELOCK_AGENT_DRIVER_ANCHORS_DIR;
  return readDriverTrust([...trust, ...(folder ? [folder] : [])]);
}
