import { CodedError } from '@onelock/core/errors';
import type { HidTransportConfig } from '../../../port/index.ts';
import { brokenCard } from '../../apdu/index.ts';
import type { CardConnection, CardLink, CardPlace, CardReaders } from '../card-readers.ts';
import { encodeReports, ReportAssembler } from './framing.ts';
import type { HidDevice, HidSystem } from './hid-device.ts';

/** A key may compute for long, e.g. make an RSA key; the host gives the call up before. */
const answerMs = 55_000;
/** Reports that belong to no message of ours: a key that is a keyboard too, or answers to a host that is gone. */
const mostForeignReports = 256;
const noAtr = new Uint8Array();

/** Keys that take the same commands as cards, in HID reports. */
export function openHidReaders(config: HidTransportConfig, system: HidSystem): CardReaders {
  return new HidReaders(config, system);
}

class HidReaders implements CardReaders {
  readonly #config: HidTransportConfig;
  readonly #system: HidSystem;
  #stop: (() => void) | null = null;
  #seen = '';

  constructor(config: HidTransportConfig, system: HidSystem) {
    this.#config = config;
    this.#system = system;
  }

  async look(): Promise<readonly CardPlace[]> {
    const { vendorId, productId } = this.#config;
    return this.#system
      .devices()
      .filter((device) => device.vendorId === vendorId && device.productId === productId)
      .map(({ path, stay }) => ({ name: path, atr: noAtr, stay }));
  }

  onChanged(listener: () => void): void {
    this.#stop ??= this.#system.watch(() => {
      void this.look().then((places) => {
        const seen = places.map(({ stay }) => stay).join('\n');
        if (seen === this.#seen) return;
        this.#seen = seen;
        listener();
      });
    });
  }

  async connect(place: CardPlace): Promise<CardConnection> {
    const found = this.#system.devices().find(({ path, stay }) => path === place.name && stay === place.stay);
    if (found === undefined) throw new CodedError('ERR_TOKEN_REMOVED');
    return new HidConnection(this.#config, await this.#system.open(found));
  }

  async close(): Promise<void> {
    this.#stop?.();
  }
}

/** The file is ours while it is open; HID itself knows no transactions, and other programs that open it get the same reports. */
class HidConnection implements CardConnection {
  readonly #config: HidTransportConfig;
  readonly #device: HidDevice;
  #fresh = true;
  #open = true;

  constructor(config: HidTransportConfig, device: HidDevice) {
    this.#config = config;
    this.#device = device;
  }

  async exclusively<T>(act: (link: CardLink) => Promise<T>): Promise<T> {
    if (!this.#open) throw new CodedError('ERR_TOKEN_REMOVED');
    const fresh = this.#fresh;
    this.#fresh = false;
    return act({ fresh, protocol: 't1', transmit: (command) => this.#exchange(command) });
  }

  /** A key in reports has no reset. */
  async reset(): Promise<void> {
    this.#fresh = true;
  }

  /** What it unlocked it locks when its application is told to, or unplugged. */
  async disconnect(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    await this.#device.close();
  }

  async #exchange(command: Uint8Array): Promise<Uint8Array> {
    await this.#drain();
    for (const report of encodeReports(command, this.#config.framing)) await this.#device.write(report);
    const assembler = new ReportAssembler(this.#config.framing);
    const end = performance.now() + answerMs;
    for (let reports = 0; reports < mostReports; reports += 1) {
      const report = await this.#device.read(Math.max(0, end - performance.now()));
      if (report === null)
        throw new CodedError('ERR_TOKEN_BUSY', {}, { native: { api: 'HID', name: 'no answer', value: 0 } });
      const message = assembler.take(report);
      if (message !== null) return message;
    }
    throw brokenCard('HID', 'reports without end');
  }

  /** What came unasked is no answer to the next command. */
  async #drain(): Promise<void> {
    for (let reports = 0; reports < mostForeignReports; reports += 1) if ((await this.#device.read(0)) === null) return;
    throw brokenCard('HID', 'reports without end');
  }
}

/** Enough for the longest message in the shortest reports, and foreign ones between. */
const mostReports = 16_384;
