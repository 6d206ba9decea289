import type { TokenDevice } from '../port/index.ts';

interface Stay {
  readonly serialNumber: string;
  readonly generation: number;
  readonly insertionInHost: number;
  readonly insertion: number;
}

/**
 * Counts a device's insertions over the lives of its host. A host counts from one again after a crash; a device that was
 * there before and is there after, with the same serial number, has not been away as far as anyone can tell.
 */
export class DeviceStays {
  readonly #stays = new Map<string, Stay>();
  #present = new Set<string>();

  /** Gives the devices of a listing their insertion numbers. */
  number(generation: number, devices: readonly TokenDevice[]): readonly TokenDevice[] {
    const numbered = devices.map((device) => ({ ...device, insertion: this.#insertionOf(generation, device) }));
    this.#present = new Set(devices.map(({ id }) => id));
    return numbered;
  }

  #insertionOf(generation: number, device: TokenDevice): number {
    const known = this.#stays.get(device.id);
    const stays = known !== undefined && this.#present.has(device.id) && isSameStay(known, generation, device);
    const insertion = stays ? known.insertion : (known?.insertion ?? 0) + 1;
    const { serialNumber, insertion: insertionInHost } = device;
    this.#stays.set(device.id, { serialNumber, generation, insertionInHost, insertion });
    return insertion;
  }
}

function isSameStay(known: Stay, generation: number, device: TokenDevice): boolean {
  if (known.serialNumber !== device.serialNumber) return false;
  return known.generation !== generation || known.insertionInHost === device.insertion;
}
