import { isCodedError } from '@onelock/core/errors';
import type { DeviceId, SkfQuirks, TokenDevice } from '../port/index.ts';
import { describeAbilities } from './capabilities.ts';
import { SGD_RSA_FAMILY, SGD_SM2_FAMILY } from './constants.ts';
import type { PrivateDecryption } from './decrypt.ts';
import { type DeviceInfo, readDeviceInfo } from './device-info.ts';
import type { SkfHandle, SkfLibrary } from './library.ts';
import { parseNameList, type SkfName, toCString } from './names.ts';
import type { ReturnValueName } from './return-values.ts';

/** A device while it stays connected. A device that comes back is another one. */
interface ConnectedDevice {
  readonly name: SkfName;
  /** Its serial number, or more where another device of the same number was there first; the same for the whole stay. */
  readonly unique: string;
  readonly handle: SkfHandle;
  readonly info: DeviceInfo;
  readonly insertion: number;
  applications: readonly SkfName[];
}

/**
 * What the port calls a device: one application of one SKF device, because PIN and identities belong to the application.
 * Nearly every key has exactly one.
 */
export interface PresentApplication {
  readonly id: DeviceId;
  readonly device: ConnectedDevice;
  readonly name: SkfName;
}

/** More than anyone has, and no more than a host tells. */
const maxPresent = 64;

/** Want of memory, or of a turn while another program has locked the device, does not mean that it left. */
const saysNothing: ReadonlySet<string> = new Set(['SAR_MEMORYERR', 'SAR_TIMEOUTERR'] satisfies ReturnValueName[]);

/** Which devices are connected, and which applications they have. */
export class SkfDevices {
  readonly #library: SkfLibrary;
  readonly #filter: SkfQuirks['applications'];
  readonly #insertions = new Map<string, number>();
  #connected: readonly ConnectedDevice[] = [];

  constructor(library: SkfLibrary, quirks: SkfQuirks) {
    this.#library = library;
    this.#filter = quirks.applications;
  }

  /** Applications of the devices connected at the last look. */
  get present(): readonly PresentApplication[] {
    return this.#connected
      .flatMap((device) => device.applications.map((name) => ({ id: idOf(device.unique, name.text), device, name })))
      .slice(0, maxPresent);
  }

  /**
   * Looks again: new devices are connected, those that left are let go.
   * @param applications  whether to list applications of devices known before too
   * @returns whether anything changed
   */
  async look(applications: 'of-new' | 'of-all' = 'of-new'): Promise<boolean> {
    const before = this.#describe();
    const names = await this.#names();
    const stayed = new Map<string, ConnectedDevice>();
    for (const name of names) {
      const known = await this.#stillConnected(name);
      if (known !== null) stayed.set(name.text, known);
    }
    const connected: ConnectedDevice[] = [];
    for (const name of names) {
      const device = stayed.get(name.text) ?? (await this.#connect(name, [...stayed.values(), ...connected]));
      if (device === null) continue;
      if (applications === 'of-all') device.applications = await this.#applications(device.handle);
      connected.push(device);
    }
    for (const device of this.#connected) if (!connected.includes(device)) await this.#letGo(device.handle);
    this.#connected = connected;
    return before !== this.#describe();
  }

  /** Whether that very stay of the device still lasts: its handle answers. */
  async holds({ handle }: ConnectedDevice): Promise<boolean> {
    try {
      await readDeviceInfo(this.#library, handle);
      return true;
    } catch (error) {
      if (isCodedError(error) && !saysNothing.has(error.native?.name ?? '')) return false;
      throw error;
    }
  }

  describe({ id, device, name }: PresentApplication, decryption: PrivateDecryption): TokenDevice {
    const { info } = device;
    const label = info.label || info.serialNumber;
    const algorithms = [
      ...(mayDo(info, SGD_RSA_FAMILY) ? (['rsa'] as const) : []),
      ...(mayDo(info, SGD_SM2_FAMILY) ? (['sm2'] as const) : []),
    ];
    const { capabilities, lacks, keySpecs } = describeAbilities(this.#library, decryption, algorithms);
    return {
      id,
      kind: 'key',
      vendor: info.manufacturer,
      model: info.issuer || info.manufacturer,
      serialNumber: info.serialNumber,
      label: device.applications.length > 1 ? `${label} (${name.text})` : label,
      firmwareVersion: info.firmwareVersion,
      algorithms,
      freeSpace: info.freeSpace,
      capabilities,
      lacks,
      keySpecs,
      insertion: device.insertion,
    };
  }

  async close(): Promise<void> {
    for (const { handle } of this.#connected) await this.#letGo(handle);
    this.#connected = [];
  }

  /** Each once: some libraries name a device as often as they see it. */
  async #names(): Promise<readonly SkfName[]> {
    const names = parseNameList(await this.#library.readBytes('SKF_EnumDev', [1]));
    return [...new Map(names.map((name) => [name.text, name])).values()];
  }

  async #stillConnected(name: SkfName): Promise<ConnectedDevice | null> {
    const known = this.#connected.find((device) => device.name.text === name.text);
    return known !== undefined && (await this.holds(known)) ? known : null;
  }

  /** null for a device that cannot be used at present; the next look tries again. */
  async #connect(name: SkfName, others: readonly ConnectedDevice[]): Promise<ConnectedDevice | null> {
    let handle: SkfHandle = 0n;
    try {
      handle = await this.#library.open('SKF_ConnectDev', toCString(name.bytes));
      const info = await readDeviceInfo(this.#library, handle);
      const applications = await this.#applications(handle);
      const serial = info.serialNumber || name.text;
      const unique = others.some((other) => other.unique === serial) ? `${serial}@${name.text}` : serial;
      return { name, unique, handle, info, insertion: this.#count(serial), applications };
    } catch (error) {
      if (handle !== 0n) await this.#letGo(handle);
      if (isCodedError(error) && error.code !== 'ERR_DRIVER_CONFIG_INVALID') return null;
      throw error;
    }
  }

  async #applications(device: SkfHandle): Promise<readonly SkfName[]> {
    const names = parseNameList(await this.#library.readBytes('SKF_EnumApplication', [device]));
    const wanted = this.#filter;
    return wanted === undefined ? names : names.filter(({ text }) => wanted.includes(text));
  }

  /** A device that is gone took its handle along; what the library says of it is of no use. */
  async #letGo(handle: SkfHandle): Promise<void> {
    await this.#library.tryCall('SKF_DisConnectDev', handle);
  }

  #count(serial: string): number {
    const insertion = (this.#insertions.get(serial) ?? 0) + 1;
    this.#insertions.set(serial, insertion);
    return insertion;
  }

  #describe(): string {
    return this.present.map(({ id, device }) => `${id}#${device.insertion}`).join('\n');
  }
}

function idOf(serial: string, application: string): DeviceId {
  return `${serial}/${application}`.slice(0, 128) as DeviceId;
}

/** A vendor that says nothing of its algorithms may have any. */
function mayDo({ asymmetricAlgorithms }: DeviceInfo, family: number): boolean {
  return asymmetricAlgorithms === 0 || (asymmetricAlgorithms & family) !== 0;
}
