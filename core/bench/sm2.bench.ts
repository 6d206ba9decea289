// npm run bench -- sm2: every implementation of SM2, SM3 and SM4 within reach, in turns in one process on one core, by processor time.
import {
  createCipheriv,
  createHash,
  createPrivateKey,
  createSign,
  createVerify,
  generateKeyPairSync,
} from 'node:crypto';
import { toHex } from '@onelock/core/bytes';
import { type CryptoOps, computeZa, encodeEcdsaSignature, sm2DefaultUserId } from '@onelock/core/crypto';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import smCrypto from 'sm-crypto';
import * as smCryptoV2 from 'sm-crypto-v2';
import { type BenchRow, publishFindings, ratio, within } from '../../tools/src/bench/findings.ts';
import type { Contender } from '../../tools/src/bench/measure.ts';
import { createWasmEngine, wasmBytes } from '../src/crypto/gm/wasm-engine.ts';
import { measureByCpu } from './measure-cpu.ts';
import { nobleKey, nobleSign, nobleVerify } from './noble-sm2.ts';
import { opensslBulk } from './openssl-bulk.ts';
import { opensslSpeed } from './openssl-speed.ts';

const engineOf = (engine: 'addon' | 'wasm', precomputedKeys: number): CryptoOps =>
  createNodeCrypto({ engine, precomputedKeys, precomputeAfter: 1 });
const floor = createNodeCrypto({ engine: 'floor' });
const all = [engineOf('addon', 0), engineOf('wasm', 0)].filter((ops) => ops.engine.startsWith('onelock-gm'));
const nameOf = (ops: CryptoOps): 'addon' | 'wasm' => (ops.engine.includes('addon') ? 'addon' : 'wasm');

const algorithm = { kind: 'sm2-sm3', userId: sm2DefaultUserId } as const;
const message = new Uint8Array(32).fill(0x5a);
const { privateKey, publicKey } = floor.generateKeyPair({ kind: 'sm2' });
if (publicKey.kind !== 'sm2') throw new Error('not an SM2 key');
const point = toHex(publicKey.point);
const scalar = toHex(privateKey.pkcs8.subarray(36, 68));
const za = computeZa(floor, publicKey.point, sm2DefaultUserId);
const e = floor.digest('sm3', za, message);
const signature = floor.sign(privateKey, algorithm, message);
const hex = toHex(signature);
const peerOptions = { der: true, hash: true, publicKey: point, userId: '1234567812345678' } as const;

function sure(value: unknown, what: string): void {
  if (value !== true) throw new Error(`${what} did not verify: the benchmark would measure a refusal`);
}

/** All with the key imported and ready, ZA computed once where the interface allows it. */
function signing(): readonly Contender[] {
  const nodeKey = createPrivateKey({ key: Buffer.from(privateKey.pkcs8), format: 'der', type: 'pkcs8' });
  const d = BigInt(`0x${scalar}`);
  const [r, s] = nobleSign(d, e);
  const raw = Buffer.from(r.toString(16).padStart(64, '0') + s.toString(16).padStart(64, '0'), 'hex');
  sure(floor.verify(publicKey, algorithm, message, encodeEcdsaSignature(raw)), 'noble');
  const peers = [
    smCrypto.sm2.doSignature([...message], scalar, peerOptions),
    smCryptoV2.sm2.doSignature(message, scalar, peerOptions),
  ];
  for (const made of peers) sure(floor.verify(publicKey, algorithm, message, Buffer.from(made, 'hex')), 'a peer');
  return [
    ...all.map((ops) => {
      const opened = ops.sm2.openSigningKey(privateKey);
      return { name: `sm2.sign-digest.${nameOf(ops)}`, run: () => opened.signDigest(e) };
    }),
    ...all.map((ops) => {
      const opened = ops.sm2.openSigningKey(privateKey);
      sure(floor.verify(publicKey, algorithm, message, opened.sign(message, sm2DefaultUserId)), ops.engine);
      return { name: `sm2.sign.${nameOf(ops)}`, run: () => opened.sign(message, sm2DefaultUserId) };
    }),
    { name: 'sm2.sign.floor', run: () => createSign('sm3').update(za).update(message).sign(nodeKey) },
    { name: 'sm2.sign.sm-crypto', run: () => smCrypto.sm2.doSignature([...message], scalar, peerOptions) },
    { name: 'sm2.sign.sm-crypto-v2', run: () => smCryptoV2.sm2.doSignature(message, scalar, peerOptions) },
    { name: 'sm2.sign.noble', run: () => nobleSign(d, e) },
  ];
}

/** From the message on: ZA, digest, signature; the DER is read each time. */
function verifying(): readonly Contender[] {
  const numbers = [hexInteger(signature, 0), hexInteger(signature, 1)] as const;
  const [plain, precomputed] = [nobleKey(point, false), nobleKey(point, true)];
  sure(nobleVerify(plain, e, numbers), 'noble');
  sure(smCrypto.sm2.doVerifySignature([...message], hex, point, peerOptions), 'sm-crypto');
  sure(smCryptoV2.sm2.doVerifySignature(message, hex, point, peerOptions), 'sm-crypto-v2');
  const fastKey = smCryptoV2.sm2.precomputePublicKey(point);
  const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const p256Signature = createSign('sha256').update(message).sign(p256.privateKey);
  const verify = (ops: CryptoOps): boolean => ops.verify(publicKey, algorithm, message, signature);
  const withTable = all.map((ops) => engineOf(nameOf(ops), 4));
  for (const ops of [...all, ...withTable, floor]) sure(verify(ops), ops.engine);
  return [
    ...all.map((ops) => ({ name: `sm2.verify.${nameOf(ops)}`, run: () => verify(ops) })),
    { name: 'sm2.verify.floor', run: () => verify(floor) },
    {
      name: 'p256.verify.floor',
      run: () => createVerify('sha256').update(message).verify(p256.publicKey, p256Signature),
    },
    ...withTable.map((ops) => ({ name: `sm2.verify-precomputed.${nameOf(ops)}`, run: () => verify(ops) })),
    {
      name: 'sm2.verify.sm-crypto',
      run: () => smCrypto.sm2.doVerifySignature([...message], hex, point, peerOptions),
    },
    { name: 'sm2.verify.sm-crypto-v2', run: () => smCryptoV2.sm2.doVerifySignature(message, hex, point, peerOptions) },
    {
      name: 'sm2.verify-precomputed.sm-crypto-v2',
      run: () => smCryptoV2.sm2.doVerifySignature(message, hex, fastKey, { der: true, hash: false }),
    },
    { name: 'sm2.verify.noble', run: () => nobleVerify(plain, e, numbers) },
    { name: 'sm2.verify-precomputed.noble', run: () => nobleVerify(precomputed, e, numbers) },
  ];
}

function hexInteger(der: Uint8Array, index: number): bigint {
  const first = 4 + (der[3] ?? 0);
  const [at, length] = index === 0 ? [4, der[3] ?? 0] : [first + 2, der[first + 1] ?? 0];
  return BigInt(`0x${toHex(der.subarray(at, at + length))}`);
}

const bulk = new Uint8Array(65_536).fill(0x5a);
const key = new Uint8Array(16).fill(7);
const iv = new Uint8Array(16).fill(9);

function digesting(): readonly Contender[] {
  return [
    // What the WASM digests by itself; createNodeCrypto takes OpenSSL's SM3 there.
    ...all.map((ops) => ({ name: `sm3.digest.${nameOf(ops)}`, run: digestOf(ops) })),
    { name: 'sm3.digest.floor', run: () => createHash('sm3').update(bulk).digest() },
    { name: 'sm3.digest.sm-crypto', run: () => smCrypto.sm3(bulkNumbers) },
    { name: 'sm3.digest.sm-crypto-v2', run: () => smCryptoV2.sm3(bulk) },
  ];
}

const bulkNumbers = [...bulk];

function digestOf(ops: CryptoOps): () => unknown {
  if (nameOf(ops) === 'addon') return () => ops.digest('sm3', bulk);
  const wasm = createWasmEngine();
  return () => wasm.digest(bulk);
}

function enciphering(): readonly Contender[] {
  return [
    ...all.flatMap((ops) => [
      {
        name: `sm4.ctr.${nameOf(ops)}`,
        run: () => ops.sm4.createCipher({ mode: 'ctr', direction: 'encrypt', key, iv }).update(bulk),
      },
      {
        name: `sm4.gcm.${nameOf(ops)}`,
        run: () => ops.sm4.seal({ mode: 'gcm', key, nonce: iv.subarray(0, 12) }, bulk),
      },
    ]),
    { name: 'sm4.ctr.floor', run: () => createCipheriv('sm4-ctr', key, iv).update(bulk) },
    { name: 'sm4.cbc.floor', run: () => createCipheriv('sm4-cbc', key, iv).update(bulk) },
    {
      name: 'sm4.cbc.sm-crypto-v2',
      run: () =>
        smCryptoV2.sm4.encrypt(bulk, toHex(key), { mode: 'cbc', iv: toHex(iv), output: 'array', padding: 'none' }),
    },
  ];
}

/** Operations on 64 kB, as megabytes a second. */
const inMegabytes = (rows: readonly BenchRow[]): readonly BenchRow[] =>
  rows.map((row) => ({
    ...row,
    unit: 'MB/s',
    value: Number(((row.value * bulk.length) / 1e6).toPrecision(4)),
  }));

const speed = opensslSpeed();
const rows: readonly BenchRow[] = [
  ...measureByCpu(signing()),
  ...measureByCpu(verifying()),
  ...inMegabytes(measureByCpu(digesting())),
  ...inMegabytes(measureByCpu(enciphering())),
  ...speed.rows.filter(({ name }) => name.startsWith('sm2.') || name === 'p256.verify.openssl'),
  ...opensslBulk({ sm3: 'sm3.digest.openssl', 'sm4-ctr': 'sm4.ctr.openssl', 'sm4-cbc': 'sm4.cbc.openssl' }),
  { name: 'wasm.bytes', unit: 'bytes', value: wasmBytes().length, spread: 0 },
];

publishFindings({
  rows,
  ratios: [
    ...ratio(rows, 'sm2.verify.addon', 'sm2.verify.floor', 6),
    ...ratio(rows, 'sm2.verify.addon', 'p256.verify.floor', 1),
    ...ratio(rows, 'sm2.verify-precomputed.addon', 'sm2.verify.floor', 10),
    ...ratio(rows, 'sm2.sign.addon', 'sm2.sign.floor', 15),
    ...ratio(rows, 'sm2.sign-digest.addon', 'sm2.sign.floor'),
    ...ratio(rows, 'sm2.verify.wasm', 'sm2.verify.floor', 1.5),
    ...ratio(rows, 'sm2.sign.wasm', 'sm2.sign.floor', 3),
    ...ratio(rows, 'sm2.verify-precomputed.wasm', 'sm2.verify.floor'),
    ...ratio(rows, 'sm3.digest.addon', 'sm3.digest.floor', 1),
    ...ratio(rows, 'sm4.ctr.addon', 'sm4.cbc.floor', 2),
    ...ratio(rows, 'sm4.gcm.addon', 'sm4.cbc.floor', 2),
    ...ratio(rows, 'sm2.verify.addon', 'sm2.verify.sm-crypto'),
    ...ratio(rows, 'sm2.verify.addon', 'sm2.verify.sm-crypto-v2'),
    ...ratio(rows, 'sm2.verify.addon', 'sm2.verify.noble'),
    ...ratio(rows, 'sm2.verify.addon', 'sm2.verify.openssl'),
    ...within(rows, 'wasm.bytes', 60_000),
  ],
  absent: [
    ...speed.absent,
    'sm4.ctr of sm-crypto and sm-crypto-v2 (they have no counter mode), sm3 and sm4 of noble (it has neither)',
    'a compiled addon where there is no compiler: its rows are then missing',
  ],
});
