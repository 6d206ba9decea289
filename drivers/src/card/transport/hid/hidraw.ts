import { constants, type FSWatcher, readdirSync, readFileSync, statSync, watch } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { CodedError } from '@onelock/core/errors';
import type { HidDevice, HidPlace, HidSystem } from './hid-device.ts';

const mostReportBytes = 4096;
const firstPauseMs = 1;
const lastPauseMs = 20;
const lookMs = 1000;

/**
 * Linux: every HID device is a file, reports are reads and writes (Documentation/hid/hidraw.rst). No library is needed; who may
 * open the file is decided by udev.
 *
 * @param sys  where the kernel shows devices, @param dev  where their files are; for tests
 */
export function hidraw(sys = '/sys/class/hidraw', dev = '/dev'): HidSystem {
  return {
    devices: () => names(sys).flatMap((name) => describe(sys, dev, name) ?? []),
    open: openHidraw,
    watch: (listener) => watchFolder(dev, listener),
  };
}

function names(sys: string): readonly string[] {
  try {
    return readdirSync(sys).toSorted();
  } catch {
    // A kernel without HID.
    return [];
  }
}

/** null for a device that leaves while it is looked at. */
function describe(sys: string, dev: string, name: string): HidPlace | null {
  try {
    const text = readFileSync(path.join(sys, name, 'device/uevent'), 'utf8');
    const id = /^HID_ID=[0-9A-F]+:([0-9A-F]{8}):([0-9A-F]{8})$/im.exec(text);
    if (id === null) return null;
    const [, vendor = '', product = ''] = id;
    return {
      path: path.join(dev, name),
      vendorId: Number.parseInt(vendor, 16),
      productId: Number.parseInt(product, 16),
      product: /^HID_NAME=(.*)$/m.exec(text)?.[1] ?? '',
      stay: `${name}#${statSync(path.join(sys, name)).ino}`,
    };
  } catch {
    return null;
  }
}

function watchFolder(dev: string, listener: () => void): () => void {
  const timer = setInterval(listener, lookMs);
  timer.unref();
  let watcher: FSWatcher | null = null;
  try {
    watcher = watch(dev, { persistent: false }, (_, name) => {
      if (name?.startsWith('hidraw') === true) listener();
    });
    // Without it looking every second is what is left.
    watcher.on('error', () => watcher?.close());
  } catch {
    watcher = null;
  }
  return () => {
    clearInterval(timer);
    watcher?.close();
  };
}

async function openHidraw(place: HidPlace): Promise<HidDevice> {
  try {
    return new HidrawDevice(await open(place.path, constants.O_RDWR | constants.O_NONBLOCK));
  } catch (cause) {
    throw failure('open', cause);
  }
}

class HidrawDevice implements HidDevice {
  readonly #file: FileHandle;
  readonly #room = Buffer.alloc(mostReportBytes);

  constructor(file: FileHandle) {
    this.#file = file;
  }

  async write(report: Uint8Array): Promise<void> {
    try {
      await this.#file.write(report);
    } catch (cause) {
      throw failure('write', cause);
    }
  }

  /** Asked again and again: a read that waits could not be given up. */
  async read(timeoutMs: number): Promise<Uint8Array | null> {
    const end = performance.now() + timeoutMs;
    for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(2 * pauseMs, lastPauseMs)) {
      const report = await this.#readNow();
      if (report !== null) return report;
      if (performance.now() >= end) return null;
      await delay(pauseMs);
    }
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  async #readNow(): Promise<Uint8Array | null> {
    try {
      const { bytesRead } = await this.#file.read(this.#room, 0, this.#room.length, null);
      const report = Uint8Array.from(this.#room.subarray(0, bytesRead));
      this.#room.fill(0, 0, bytesRead);
      return bytesRead === 0 ? null : report;
    } catch (cause) {
      if (codeOf(cause) === 'EAGAIN') return null;
      throw failure('read', cause);
    }
  }
}

function codeOf(cause: unknown): string {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
}

function failure(act: string, cause: unknown): CodedError {
  const name = codeOf(cause);
  const native = { api: `hidraw ${act}`, name, value: 0 };
  if (name === 'EACCES' || name === 'EPERM' || name === 'EBUSY')
    return new CodedError('ERR_TOKEN_BUSY', {}, { native, cause });
  return new CodedError('ERR_TOKEN_REMOVED', {}, { native, cause });
}
