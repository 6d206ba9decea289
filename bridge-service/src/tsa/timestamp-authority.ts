import type { CryptoOps } from '@onelock/core/crypto';
import { CodedError, isCodedError } from '@onelock/core/errors';
import {
  encodeTimestampGrant,
  encodeTimestampRefusal,
  parseTimestampRequest,
  type TimestampFailure,
  type TimestampRequest,
} from '@onelock/core/tsp';
import type { Clock } from '../services/ports/clock.ts';
import type { Repositories } from '../services/ports/store.ts';
import type { ClockMonitor } from './clock-monitor.ts';
import type { StampingKey } from './stamping-key.ts';

export interface AuthorityOptions {
  readonly keys: readonly StampingKey[];
  /** Dotted OID. */
  readonly policy: string;
  readonly clock: Clock;
  readonly monitor: ClockMonitor;
  readonly ops: CryptoOps;
}

/** What an answer came to, beside its bytes. */
export type StampOutcome =
  | {
      readonly response: Uint8Array;
      readonly token: Uint8Array;
      readonly serialNumber: string;
      readonly time: Date;
      readonly key: string;
    }
  | { readonly response: Uint8Array; readonly failure: TimestampFailure };

/** A question that was read, or the refusal that answers it. */
export type ReadQuestion =
  | { readonly request: TimestampRequest; readonly key: StampingKey }
  | { readonly refused: Extract<StampOutcome, { readonly failure: TimestampFailure }> };

/** What the stamps state, in seconds; the clock is held to it. */
export const accuracySeconds = 1;

const acceptedDigests: ReadonlySet<string | undefined> = new Set([
  'sm3',
  'sha256',
  'sha384',
  'sha512',
  'sha3-256',
  'sha3-384',
  'sha3-512',
]);

/** Octets behind the counter that make a serial number unique also after the database was put back to an earlier day. */
const randomOctets = 8;

/**
 * The built-in authority of RFC 3161, for test provinces: serial numbers without repetition and times that only grow, both from the
 * database, so that restarts and several nodes change nothing; and no stamp while the clock is in doubt.
 */
export class TimestampAuthority {
  readonly #options: AuthorityOptions;

  constructor(options: AuthorityOptions) {
    this.#options = options;
  }

  /** Reads a request and finds the key: the one asked for by kind, else SM2 for SM3 and the first other one for the rest. */
  read(der: Uint8Array, kind: 'sm2' | 'rsa' | undefined): ReadQuestion {
    const parsed = parsedOr(der);
    if ('refused' in parsed) return parsed;
    const { request } = parsed;
    if (!acceptedDigests.has(request.imprint.digestAlgorithm))
      return refusal('badAlg', '不支持此摘要算法 / digest not supported');
    if (request.policy !== null && request.policy !== this.#options.policy)
      return refusal('unacceptedPolicy', `策略为 / the policy is ${this.#options.policy}`);
    const key = this.#keyFor(request, kind);
    if (key === undefined) return refusal('badRequest', '没有这种密钥 / no key of this kind');
    if (this.#options.monitor.doubt() !== undefined)
      return refusal('timeNotAvailable', '时钟不可信 / the clock is in doubt');
    return { request, key };
  }

  /** Issues a stamp in the transaction that gives it its number and its time. */
  async issue(
    { request, key }: Exclude<ReadQuestion, { readonly refused: unknown }>,
    { tsa }: Pick<Repositories, 'tsa'>,
  ): Promise<StampOutcome> {
    const { policy, clock, ops } = this.#options;
    const now = clock().getTime();
    const { serial, time } = await tsa.next(now);
    // Ahead of the clock by more than is stated: the clock went back, or more stamps than milliseconds were asked for.
    if (time - now > accuracySeconds * 1000)
      return refusal('timeNotAvailable', '时钟回拨 / the clock went back').refused;
    const serialNumber = serialOctets(serial, ops);
    const stamped = new Date(time);
    const token = key.stamp({ ...{ request, policy, serialNumber, time: stamped }, accuracySeconds, ordering: true });
    const hex = Buffer.from(serialNumber).toString('hex');
    return { response: encodeTimestampGrant(token), token, serialNumber: hex, time: stamped, key: key.name };
  }

  get keys(): readonly StampingKey[] {
    return this.#options.keys;
  }

  get policy(): string {
    return this.#options.policy;
  }

  #keyFor({ imprint }: TimestampRequest, kind: 'sm2' | 'rsa' | undefined): StampingKey | undefined {
    const { keys } = this.#options;
    const isSm2 = ({ certificate }: StampingKey): boolean => certificate.publicKey.kind === 'sm2';
    if (kind !== undefined) return keys.find(({ certificate }) => certificate.publicKey.kind === kind);
    const wantsSm2 = imprint.digestAlgorithm === 'sm3';
    return keys.find((key) => isSm2(key) === wantsSm2) ?? keys[0];
  }
}

function parsedOr(
  der: Uint8Array,
): { readonly request: TimestampRequest } | Extract<ReadQuestion, { readonly refused: unknown }> {
  try {
    return { request: parseTimestampRequest(der) };
  } catch (error) {
    if (!isCodedError(error)) throw error;
    if (error.code === 'ERR_TIMESTAMP_MALFORMED' && error.params.field === 'extensions')
      return refusal('unacceptedExtension', '不支持扩展 / no extension is supported');
    return refusal('badDataFormat', error.code);
  }
}

function refusal(failure: TimestampFailure, text: string): Extract<ReadQuestion, { readonly refused: unknown }> {
  return { refused: { response: encodeTimestampRefusal(failure, text), failure } };
}

/** 64 bits of the counter and 64 random ones. */
function serialOctets(counter: number, ops: Pick<CryptoOps, 'random'>): Uint8Array {
  const octets = new Uint8Array(8 + randomOctets);
  new DataView(octets.buffer).setBigUint64(0, BigInt(counter));
  octets.set(ops.random(randomOctets), 8);
  const first = octets.findIndex((octet) => octet !== 0);
  if (first < 0) throw new CodedError('ERR_SERVICE_INTERNAL');
  return octets.subarray(first);
}
