import { randomBytes } from 'node:crypto';
import { CodedError } from '@onelock/core/errors';
import type { PresentDevice } from '../tokens/fleet.ts';
import type { Origin } from '../transport/origin.ts';

/** One identity's key on one stay of a device. */
export interface KeyTarget {
  readonly present: PresentDevice;
  readonly identityId: string;
}

type Entry =
  | { readonly kind: 'device'; readonly origin: Origin; readonly target: PresentDevice }
  | { readonly kind: 'key'; readonly origin: Origin; readonly target: KeyTarget };

/**
 * Handles that pages hold: 256 random bits that mean nothing outside this table. Each belongs to one origin and to one
 * stay of one device, and dies with either. A wrong, foreign, dead or invented handle gets one and the same answer.
 */
export class HandleTable {
  readonly #entries = new Map<string, Entry>();
  readonly #known = new Map<PresentDevice, Map<string, string>>();

  deviceHandle(origin: Origin, present: PresentDevice): string {
    return this.#handle('d1_', JSON.stringify([origin]), { kind: 'device', origin, target: present }, present);
  }

  keyHandle(origin: Origin, target: KeyTarget): string {
    const name = JSON.stringify([origin, target.identityId]);
    return this.#handle('k1_', name, { kind: 'key', origin, target }, target.present);
  }

  /** @throws {CodedError} ERR_TOKEN_HANDLE_STALE */
  device(origin: Origin, handle: string): PresentDevice {
    const entry = this.#entries.get(handle);
    if (entry?.kind !== 'device' || entry.origin !== origin || entry.target.gone.aborted) throw stale();
    return entry.target;
  }

  /** @throws {CodedError} ERR_TOKEN_HANDLE_STALE */
  key(origin: Origin, handle: string): KeyTarget {
    const entry = this.#entries.get(handle);
    if (entry?.kind !== 'key' || entry.origin !== origin || entry.target.present.gone.aborted) throw stale();
    return entry.target;
  }

  /** Forgets every handle of a stay that has ended. */
  forget(present: PresentDevice): void {
    for (const handle of this.#known.get(present)?.values() ?? []) this.#entries.delete(handle);
    this.#known.delete(present);
  }

  #handle(prefix: string, name: string, entry: Entry, present: PresentDevice): string {
    const ofStay = this.#known.get(present) ?? new Map<string, string>();
    this.#known.set(present, ofStay);
    const known = ofStay.get(name);
    if (known !== undefined) return known;
    const handle = prefix + randomBytes(32).toString('base64url');
    this.#entries.set(handle, entry);
    ofStay.set(name, handle);
    return handle;
  }
}

function stale(): CodedError {
  return new CodedError('ERR_TOKEN_HANDLE_STALE');
}
