import { createCardDriver } from '../src/card/index.ts';
import { openPcscReaders } from '../src/card/transport/pcsc/pcsc-readers.ts';
import { startHostedDriver } from '../src/host/index.ts';
import type { CardDriverConfig, TokenDriver } from '../src/port/index.ts';
import { type PrivatePcscd, startPcscd, type VirtualCard, VirtualReader } from '../src/virtual-card/index.ts';
import type { DriverUnderTest } from './driver-suite.ts';
import { until } from './processes.ts';

/** One pcscd with two readers for a test file: libpcsclite remembers the first socket that its process named. */
export class CardBench {
  readonly readers: readonly VirtualReader[];
  readonly #pcscd: PrivatePcscd;

  constructor(pcscd: PrivatePcscd) {
    this.#pcscd = pcscd;
    this.readers = pcscd.ports.map((port) => new VirtualReader(port));
  }

  static async start(): Promise<CardBench> {
    return new CardBench(await startPcscd());
  }

  get environment(): { readonly PCSCLITE_CSOCK_NAME: string } {
    return { PCSCLITE_CSOCK_NAME: this.#pcscd.socket };
  }

  reader(index = 0): VirtualReader {
    const reader = this.readers[index];
    if (reader === undefined) throw new Error(`no reader ${index}`);
    return reader;
  }

  async insert(card: VirtualCard, index = 0): Promise<void> {
    await this.reader(index).insert(card);
  }

  /** Takes every card out and waits until the daemon has seen that: it looks every 0.4 s, and would take another card for the same. */
  async empty(): Promise<void> {
    for (const reader of this.readers) reader.remove();
    Object.assign(process.env, this.environment);
    const readers = openPcscReaders('bench');
    await until(async () => (await readers.look()).length === 0);
    await readers.close();
  }

  interrupt(): Promise<void> {
    return this.#pcscd.interrupt();
  }

  resume(): Promise<void> {
    return this.#pcscd.resume();
  }

  async stop(): Promise<void> {
    for (const reader of this.readers) reader.remove();
    await this.#pcscd.stop();
  }
}

export async function shows(driver: TokenDriver, count: number): Promise<void> {
  await until(async () => (await driver.listDevices()).length === count);
}

/** A driver with one card in its first reader. */
export async function startCard(
  bench: CardBench,
  card: VirtualCard,
  config: CardDriverConfig,
  place: 'in-process' | 'hosted',
): Promise<Pick<DriverUnderTest, 'driver' | 'remove' | 'restore' | 'end'>> {
  await bench.insert(card);
  const driver = place === 'hosted' ? await startHostedDriver(config) : await createCardDriver(config);
  await shows(driver, 1);
  return {
    driver,
    remove: () => bench.reader().remove(),
    restore: () => void bench.insert(card),
    end: async () => {
      await driver.close();
      await bench.empty();
    },
  };
}
