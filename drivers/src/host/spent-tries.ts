import { CodedError, isCodedError } from '@onelock/core/errors';
import type { PinRole, PinStatus, TokenDevice } from '../port/index.ts';

interface Spent {
  /** The life of the host in which the first of them was: it counts for itself what is spent in it, and no later life knows of that. */
  readonly generation: number;
  readonly wrong: number;
  /** As the host said last. */
  readonly left: number | null;
}

/** As drivers warn. */
const few = 2;

/**
 * The tries that PINs have lost, as long as their device stays and none was right. What a library does not say, or says wrongly, its host
 * remembers; this is what is left of that when the host dies.
 */
export class SpentTries {
  readonly #retries: number | undefined;
  readonly #spent = new Map<string, Spent>();
  #insertions: ReadonlyMap<string, number> = new Map();

  /** @param retries  tries when none was wrong, where the manifest says so */
  constructor(retries: number | undefined) {
    this.#retries = retries;
  }

  /** Of devices that left, or were out meanwhile, nothing is remembered. */
  keepFor(devices: readonly TokenDevice[]): void {
    const now = new Map(devices.map(({ id, insertion }) => [id as string, insertion]));
    for (const [id, insertion] of this.#insertions)
      if (now.get(id) !== insertion) for (const role of ['user', 'admin'] as const) this.right(id, role);
    this.#insertions = now;
  }

  right(deviceId: string, role: PinRole): void {
    this.#spent.delete(keyOf(deviceId, role));
  }

  /** @returns the error, with no more tries left than we know of */
  failed(deviceId: string, role: PinRole, generation: number, error: unknown): unknown {
    if (!isCodedError(error)) return error;
    if (error.code === 'ERR_TOKEN_PIN_LOCKED') this.right(deviceId, role);
    if (error.code !== 'ERR_TOKEN_PIN_INCORRECT') return error;
    const key = keyOf(deviceId, role);
    const before = this.#spent.get(key) ?? { generation, wrong: 0, left: null };
    const told = typeof error.params.retriesLeft === 'number' ? error.params.retriesLeft : null;
    const known = before.generation === generation || before.left === null ? null : Math.max(1, before.left - 1);
    this.#spent.set(key, { ...before, wrong: before.wrong + 1, left: fewer(told, known) });
    const left = before.generation === generation ? told : fewer(told, this.#left(key));
    if (left === told) return error;
    const options = { ...(error.native && { native: error.native }), cause: error };
    return new CodedError('ERR_TOKEN_PIN_INCORRECT', { retriesLeft: left }, options);
  }

  describe(deviceId: string, role: PinRole, generation: number, status: PinStatus): PinStatus {
    const key = keyOf(deviceId, role);
    if (status.locked) this.#spent.delete(key);
    if (status.locked || this.#spent.get(key)?.generation === generation) return status;
    const left = this.#left(key);
    if (left === null || (status.retriesLeft !== null && status.retriesLeft <= left)) return status;
    return { ...status, retriesLeft: left, low: status.low || left <= few };
  }

  #left(key: string): number | null {
    const spent = this.#spent.get(key);
    if (spent === undefined) return null;
    const isLast = this.#retries !== undefined && this.#retries - spent.wrong <= 1;
    return fewer(spent.left, isLast ? 1 : null);
  }
}

function fewer(one: number | null, other: number | null): number | null {
  return one === null || other === null ? (one ?? other) : Math.min(one, other);
}

function keyOf(deviceId: string, role: PinRole): string {
  return `${role} ${deviceId}`;
}
