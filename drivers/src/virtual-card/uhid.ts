import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { HidTransportConfig } from '../port/index.ts';
import { HidKey } from './hid-key.ts';
import type { VirtualCard } from './virtual-card.ts';

/** struct uhid_event of linux/uhid.h: a type in 4 bytes and a packed union. */
const type = { destroy: 1, output: 6, create2: 11, input2: 12 } as const;
const eventBytes = 4380;
const dataBytes = 4096;
const busUsb = 3;
const pauseMs = 1;

/**
 * A HID key that the Linux kernel believes in, through /dev/uhid: root only, and only where the kernel has it. Where it is,
 * everything above the USB cable is real.
 */
export class UhidKey {
  readonly #file: FileHandle;
  readonly #key: HidKey;
  readonly #numbered: boolean;
  #open = true;
  readonly #served: Promise<void>;

  private constructor(file: FileHandle, card: VirtualCard, config: HidTransportConfig) {
    this.#file = file;
    this.#key = new HidKey(card, config.framing);
    this.#numbered = (config.framing.output?.id ?? 0) !== 0;
    this.#served = this.#serve();
  }

  /** Plugs the key in. */
  static async plugIn(
    card: VirtualCard,
    config: HidTransportConfig,
    name = 'OneLock virtual HID key',
  ): Promise<UhidKey> {
    const file = await open('/dev/uhid', constants.O_RDWR | constants.O_NONBLOCK);
    await file.write(createEvent(config, name));
    return new UhidKey(file, card, config);
  }

  /** Pulls it out, in the middle of whatever it does. */
  async unplug(): Promise<void> {
    this.#open = false;
    const event = Buffer.alloc(4);
    event.writeUInt32LE(type.destroy);
    await this.#file.write(event);
    await this.#served;
    await this.#file.close();
  }

  async #serve(): Promise<void> {
    const event = Buffer.alloc(eventBytes);
    while (this.#open) {
      if (!(await this.#next(event))) {
        await delay(pauseMs);
        continue;
      }
      if (event.readUInt32LE() !== type.output) continue;
      const size = event.readUInt16LE(4 + dataBytes);
      const reports = await this.#key.receive(Uint8Array.from(event.subarray(4, 4 + size)));
      // Pulled meanwhile: what the card would have said nobody hears.
      for (const report of reports)
        if (this.#open) await this.#file.write(inputEvent(this.#numbered ? report : report.subarray(1)));
    }
  }

  async #next(event: Buffer): Promise<boolean> {
    try {
      return (await this.#file.read(event, 0, event.length, null)).bytesRead > 0;
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EAGAIN') return false;
      throw error;
    }
  }
}

function createEvent({ vendorId, productId, framing }: HidTransportConfig, name: string): Buffer {
  const descriptor = reportDescriptor(
    framing.reportBytes,
    framing.output?.id ?? 0,
    (framing.input ?? framing.output)?.id ?? 0,
  );
  const event = Buffer.alloc(4 + 256 + 20 + dataBytes);
  event.writeUInt32LE(type.create2);
  event.write(name, 4, 127, 'utf8');
  event.writeUInt16LE(descriptor.length, 260);
  event.writeUInt16LE(busUsb, 262);
  event.writeUInt32LE(vendorId, 264);
  event.writeUInt32LE(productId, 268);
  event.set(descriptor, 280);
  return event;
}

function inputEvent(report: Uint8Array): Buffer {
  const event = Buffer.alloc(6 + report.length);
  event.writeUInt32LE(type.input2);
  event.writeUInt16LE(report.length, 4);
  event.set(report, 6);
  return event;
}

/** A vendor's own page, bytes in and bytes out (HID 1.11 §6.2.2). */
function reportDescriptor(bytes: number, outputId: number, inputId: number): Uint8Array {
  const count = [0x96, bytes & 0xff, bytes >> 8];
  const id = (value: number): readonly number[] => (value === 0 ? [] : [0x85, value]);
  const field = (usage: number, main: number): readonly number[] => [
    0x09,
    usage,
    0x15,
    0,
    0x26,
    0xff,
    0,
    0x75,
    8,
    ...count,
    main,
    2,
  ];
  return Uint8Array.from([
    ...[0x06, 0x00, 0xff, 0x09, 0x01, 0xa1, 0x01],
    ...id(inputId),
    ...field(0x20, 0x81),
    ...id(outputId),
    ...field(0x21, 0x91),
    0xc0,
  ]);
}
