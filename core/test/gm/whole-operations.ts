import {
  type CryptoOps,
  encodeEcdsaSignature,
  type PrivateKey,
  type PublicKey,
  sm2DefaultUserId,
} from '@onelock/core/crypto';
import type { GmEngine } from '../../src/crypto/gm/engine.ts';
import { digestAfter } from '../../src/crypto/gm/message-digest.ts';
import { buildSm2PrivateKey } from '../../src/crypto/gm/sm2-private-key.ts';
import { buildSm2PublicKey } from '../../src/crypto/gm/sm2-public-key.ts';
import { rawSm2Signature } from '../../src/crypto/gm/sm2-signature-form.ts';
import { zaBy } from '../../src/crypto/gm/za.ts';

const algorithm = { kind: 'sm2-sm3', userId: sm2DefaultUserId } as const;
const signaturesPerKey = 50;

interface Pair {
  readonly point: Uint8Array;
  readonly prepared: Uint8Array;
  readonly privateKey: PrivateKey;
  readonly publicKey: PublicKey;
}

/**
 * Keys, signatures and verifications of an engine, each held against the floor. Keys and nonces are random, or have the shapes in which
 * carries hide: runs of zeros and ones. An operation is one of the engine (sign, verify, verify by table) whose outcome OpenSSL was
 * asked for too; its own verdict on our signature stands for the operation of signing.
 */
export class WholeOperations {
  done = 0;
  readonly differences: string[] = [];
  private readonly engine: GmEngine;
  private readonly floor: CryptoOps;

  constructor(engine: GmEngine, floor: CryptoOps) {
    this.engine = engine;
    this.floor = floor;
  }

  /** One key and what it can do. */
  round(): void {
    const pair = this.pair();
    if (pair === undefined) return;
    const table = this.engine.createTable(pair.point);
    for (let index = 0; index < signaturesPerKey; index++) {
      const message = this.floor.random(32);
      const za = zaBy(this.engine, pair.point, sm2DefaultUserId);
      const e = digestAfter(this.engine, za, message);
      const whole = index % 2 === 0; // in turns, from the message and from e
      const judge = (signature: Uint8Array, expected: boolean): void => {
        const theirs = this.floor.verify(pair.publicKey, algorithm, message, encodeEcdsaSignature(signature));
        this.expect('OpenSSL', theirs === expected, signature);
        const plain = whole
          ? this.engine.verifyMessage(pair.point, za, message, signature)
          : this.engine.verify(pair.point, e, signature);
        const byTable = whole ? table?.verifyMessage(za, message, signature) : table?.verify(e, signature);
        this.expect('verify', plain === theirs, signature);
        this.expect('verify by table', byTable === theirs, signature);
      };
      const own =
        index % 4 === 3
          ? this.engine.signMessage(pair.prepared, za, message, this.floor.random)
          : this.engine.sign(pair.prepared, this.scalar(), e);
      if (own !== undefined) judge(own, true);
      if (index % 5 !== 0) continue;
      const other = rawSm2Signature(this.floor.sign(pair.privateKey, algorithm, message));
      if (other === undefined) continue;
      judge(other, true);
      const at = 4 + (index % 28) + (index % 2) * 32; // below the first four octets r and s stay below n
      other[at] = (other[at] ?? 0) ^ (1 << (index % 8));
      judge(other, false);
    }
    table?.free();
  }

  private pair(): Pair | undefined {
    const d = this.scalar();
    const point = this.engine.derivePublicKey(d);
    const prepared = this.engine.prepare(d);
    if (point === undefined || prepared === undefined) return undefined;
    return { point, prepared, privateKey: buildSm2PrivateKey(d, point), publicKey: buildSm2PublicKey(point) };
  }

  /** 32 bytes below n: random, or mostly zeros or ones. */
  private scalar(): Uint8Array {
    const bytes = this.floor.random(32);
    const shape = (bytes[31] ?? 0) % 8;
    const from = (bytes[30] ?? 0) % 32;
    if (shape === 0) bytes.fill(0, 0, from);
    if (shape === 1) bytes.fill(0xff, 4, Math.max(4, from));
    if (shape === 2) bytes.fill(0, from, 31);
    if (shape === 3) bytes.fill(0xff, Math.max(1, from), 32);
    bytes[0] = (bytes[0] ?? 0) & 0x7f;
    return bytes;
  }

  private expect(what: string, holds: boolean, signature: Uint8Array): void {
    this.done++;
    if (!holds && this.differences.length < 20)
      this.differences.push(`${what}: ${Buffer.from(signature).toString('hex')}`);
  }
}
