import type { CipherOps, CryptoOps } from '@onelock/core/crypto';
import type { Pin, TokenCapability, TokenDriver } from '../port/index.ts';

/** What may be done to the device under test beyond using it as its owner does. */
export type Permission =
  /** A wrong PIN or two; the right one after it gives the tries back. */
  | 'spend-pin-tries'
  /** Changes the PIN and changes it back. */
  | 'change-pin'
  /** Spends every try, and unblocks with the administrator's PIN. */
  | 'lock-pin'
  /** Makes keys and imports certificates; they stay. */
  | 'make-keys';

/** One device in the hands of one driver, and what may be done to it. */
export interface ConformanceSubject {
  readonly driver: TokenDriver;
  /** Which device; the only one when absent. */
  readonly serialNumber?: string | undefined;
  /** New bytes each time: whoever gets a PIN overwrites it. */
  readonly pin: () => Pin;
  readonly adminPin?: (() => Pin) | undefined;
  readonly may: ReadonlySet<Permission>;
  /** How many signatures one session must give. */
  readonly signatures: number;
  /** Whoever takes the device out and puts it back. Each resolves when it was done, not when it was noticed. */
  readonly hands?: Hands | undefined;
  /** Another device, of the same driver unless another is given, that is there at the same time. */
  readonly second?: SecondDevice | undefined;
  /** What the driver's manifest promises of its devices. */
  readonly declared?: readonly TokenCapability[] | undefined;
  readonly ops: CryptoOps;
  readonly ciphers: CipherOps;
}

export interface Hands {
  remove(): Promise<void> | void;
  restore(): Promise<void> | void;
  /** How long a person may take. Absent: it is done at once, and the time until the event is the driver's. */
  readonly patienceMs?: number | undefined;
}

export interface SecondDevice {
  readonly serialNumber: string;
  readonly pin: () => Pin;
  readonly driver?: TokenDriver | undefined;
}
