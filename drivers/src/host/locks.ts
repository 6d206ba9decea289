import { realpathSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { DriverConfig } from '../port/index.ts';
import { isHeld, type LockHolder, type NamedLock, takeNamedLock } from '../process/named-lock.ts';

/** How long a lock outlives its last use, so that calls one after another do not take it anew each time. */
const lingerMs = 500;
const retryMs = 100;

interface Entry {
  users: number;
  readonly taking: Promise<NamedLock | LockHolder>;
  lock: NamedLock | null;
  linger: NodeJS.Timeout | null;
}

/**
 * The locks of this process. Within it a lock is had by as many as want it: hosts of one process take turns by other means, see
 * SharedDevices.
 */
class ProcessLocks {
  readonly #entries = new Map<string, Entry>();

  /** Whether the lock is there already; then it is kept for one more user. */
  join(name: string): boolean {
    const entry = this.#entries.get(name);
    if (entry?.lock == null) return false;
    entry.users += 1;
    if (entry.linger !== null) clearTimeout(entry.linger);
    entry.linger = null;
    return true;
  }

  /** @returns null when it was taken, else who has it */
  async take(name: string, program: string, patienceMs: number): Promise<LockHolder | null> {
    const until = performance.now() + patienceMs;
    for (;;) {
      const holder = await this.#try(name, program);
      if (holder === null || performance.now() >= until) return holder;
      await delay(retryMs);
    }
  }

  async #try(name: string, program: string): Promise<LockHolder | null> {
    if (this.join(name)) return null;
    let entry = this.#entries.get(name);
    if (entry === undefined) {
      entry = { users: 0, taking: takeNamedLock(name, { program, pid: process.pid }), lock: null, linger: null };
      this.#entries.set(name, entry);
    }
    const taken = await this.#settled(name, entry);
    if (!isHeld(taken)) return taken;
    entry.lock = taken;
    entry.users += 1;
    return null;
  }

  /** One that could not be taken is forgotten, so that the next one tries again. */
  async #settled(name: string, entry: Entry): Promise<NamedLock | LockHolder> {
    try {
      const taken = await entry.taking;
      if (!isHeld(taken) && this.#entries.get(name) === entry) this.#entries.delete(name);
      return taken;
    } catch (error) {
      if (this.#entries.get(name) === entry) this.#entries.delete(name);
      throw error;
    }
  }

  /** @param lingers  whether it is likely to be wanted again at once */
  async release(name: string, lingers: boolean): Promise<void> {
    const entry = this.#entries.get(name);
    if (entry?.lock == null) return;
    entry.users -= 1;
    if (entry.users > 0) return;
    if (!lingers) return this.#letGo(name, entry);
    entry.linger = setTimeout(() => void this.#letGo(name, entry), lingerMs).unref();
  }

  async #letGo(name: string, entry: Entry): Promise<void> {
    if (this.#entries.get(name) === entry) this.#entries.delete(name);
    if (entry.linger !== null) clearTimeout(entry.linger);
    await entry.lock?.release();
  }
}

export const processLocks = new ProcessLocks();

/**
 * What a driver's host has for itself as long as it lives: the library with the world that its configuration gives it, a folder of
 * file tokens, or the readers. It is one person's: others of the same computer run their own agents, and share keys by
 * {@link deviceLockName}.
 */
export function driverLockName(config: DriverConfig): string {
  const person = process.getuid?.() ?? process.env.USERNAME ?? '';
  return JSON.stringify(['driver', person, ...worldOf(config)]);
}

function worldOf(config: DriverConfig): readonly unknown[] {
  if (config.family === 'soft') return ['soft', realPath(config.folder)];
  const { environment = {}, stateFolder } = config;
  const surroundings = [
    Object.entries(environment).toSorted(([one], [other]) => one.localeCompare(other)),
    stateFolder === undefined ? null : realPath(stateFolder),
  ];
  return config.family === 'card' ? ['card', ...surroundings] : ['library', realPath(config.library), ...surroundings];
}

/**
 * What is taken while a device is used, by whichever library, for whomever on this computer: a key's own number. Devices that have
 * none cannot be told apart and count as one.
 */
export function deviceLockName(deviceKey: string): string {
  return JSON.stringify(['device', deviceKey]);
}

function realPath(file: string): string {
  try {
    return realpathSync.native(file);
  } catch {
    // Not there yet: a folder that the host is about to make.
    return path.resolve(file);
  }
}
