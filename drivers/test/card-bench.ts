import type { TokenDriver } from '../src/port/index.ts';
import { type PrivatePcscd, startPcscd, type VirtualCard, VirtualReader } from '../src/virtual-card/index.ts';
import { until } from './processes.ts';

/**
 * One pcscd for a test file: libpcsclite remembers the first socket that its process named. Each slot is one reader's first;
 * vpcd's second slots stay empty.
 */
export class CardBench {
  readonly readers: readonly VirtualReader[];
  readonly #pcscd: PrivatePcscd;

  constructor(pcscd: PrivatePcscd) {
    this.#pcscd = pcscd;
    this.readers = pcscd.ports.filter((_, index) => index % 2 === 0).map((port) => new VirtualReader(port));
  }

  static async start(readers = 1): Promise<CardBench> {
    return new CardBench(await startPcscd(readers));
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
