import type { TokenDriver } from '../src/port/index.ts';
import { type PrivatePcscd, startPcscd, type VirtualCard, VirtualReader } from '../src/virtual-card/index.ts';
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

  async stop(): Promise<void> {
    for (const reader of this.readers) reader.remove();
    await this.#pcscd.stop();
  }
}

export async function shows(driver: TokenDriver, count: number): Promise<void> {
  await until(async () => (await driver.listDevices()).length === count);
}
