import type { CipherDirection, GmCipher, GmDigest, GmEngine, GmTable } from './engine.ts';
import { digestAfter } from './message-digest.ts';
import { withFreshScalar } from './nonce.ts';
import { requireUnended } from './unended.ts';

/** The functions of core/native/src/addon.c, over Uint8Arrays of exact lengths; the last array is what they write. */
export interface GmBinding {
  /** What the functions called …Shared read and write instead, laid out as {@link place} says. */
  readonly shared: Uint8Array;
  /** Wipes the key. False when C has no random numbers here. */
  signShared(messageLength: number): boolean;
  verifyShared(messageLength: number): boolean;
  verifySharedWithTable(table: Uint8Array, messageLength: number): boolean;
  digestShared(dataLength: number): boolean;
  checkPublicKey(point: Uint8Array): boolean;
  derivePublicKey(d: Uint8Array, point: Uint8Array): boolean;
  preparePrivateKey(d: Uint8Array, inverse: Uint8Array): boolean;
  sign(inverse: Uint8Array, k: Uint8Array, e: Uint8Array, signature: Uint8Array): boolean;
  tableBuild(table: Uint8Array, point: Uint8Array): boolean;
  multiply(k: Uint8Array, point: Uint8Array, product: Uint8Array): boolean;
  multiplyBase(k: Uint8Array, product: Uint8Array): boolean;
  add(p: Uint8Array, q: Uint8Array, sum: Uint8Array): boolean;
  scalarMultiplyAdd(a: Uint8Array, b: Uint8Array, c: Uint8Array, out: Uint8Array): boolean;
  digestInit(context: Uint8Array): boolean;
  digestUpdate(context: Uint8Array, data: Uint8Array): boolean;
  digestFinal(context: Uint8Array, digest: Uint8Array): boolean;
  digest(data: Uint8Array, digest: Uint8Array): boolean;
  kdf(z: Uint8Array, out: Uint8Array): boolean;
  cipherKey(expanded: Uint8Array, key: Uint8Array): boolean;
  ecbEncrypt(expanded: Uint8Array, data: Uint8Array, out: Uint8Array): boolean;
  ecbDecrypt(expanded: Uint8Array, data: Uint8Array, out: Uint8Array): boolean;
  cbcEncrypt(expanded: Uint8Array, iv: Uint8Array, data: Uint8Array, out: Uint8Array): boolean;
  cbcDecrypt(expanded: Uint8Array, iv: Uint8Array, data: Uint8Array, out: Uint8Array): boolean;
  ctr(expanded: Uint8Array, counter: Uint8Array, data: Uint8Array, out: Uint8Array): boolean;
  ctr32(expanded: Uint8Array, counter: Uint8Array, data: Uint8Array, out: Uint8Array): boolean;
  ghash(state: Uint8Array, h: Uint8Array, data: Uint8Array): boolean;
  readonly tableBytes: number;
  readonly digestContextBytes: number;
  readonly cipherKeyBytes: number;
}

/** Offsets in the shared memory. A digest that is given stands where ZA would, and {@link digestGiven} for the message's length. */
const place = { signature: 0, key: 64, za: 128, message: 160 } as const;
const digestGiven = -1;

/** The engine over the N-API build. */
export function createAddonEngine(binding: GmBinding): GmEngine {
  const { shared } = binding;
  const maxMessage = shared.length - place.message;
  const filled = (length: number, fill: (out: Uint8Array) => boolean): Uint8Array | undefined => {
    const out = new Uint8Array(length);
    return fill(out) ? out : undefined;
  };
  const certain = (length: number, fill: (out: Uint8Array) => boolean): Uint8Array => {
    const out = new Uint8Array(length);
    fill(out);
    return out;
  };
  const sign = (prepared: Uint8Array, k: Uint8Array, e: Uint8Array): Uint8Array | undefined =>
    filled(64, (out) => binding.sign(prepared, k, e, out));
  const signShared = (prepared: Uint8Array, messageLength: number): Uint8Array | undefined => {
    shared.set(prepared, place.key);
    return binding.signShared(messageLength) ? shared.slice(place.signature, place.signature + 64) : undefined;
  };
  const verifyShared = (point: Uint8Array, messageLength: number, signature: Uint8Array): boolean => {
    shared.set(point, place.key);
    shared.set(signature, place.signature);
    return binding.verifyShared(messageLength);
  };
  const engine: GmEngine = {
    name: 'addon',
    checkPublicKey: (point) => binding.checkPublicKey(point),
    derivePublicKey: (d) => filled(64, (out) => binding.derivePublicKey(d, out)),
    prepare: (d) => filled(32, (out) => binding.preparePrivateKey(d, out)),
    sign,
    signDigest: (prepared, e, random) => {
      shared.set(e, place.za);
      return signShared(prepared, digestGiven) ?? withFreshScalar(random, (k) => sign(prepared, k, e));
    },
    signMessage: (prepared, za, message, random) => {
      const signature =
        message.length <= maxMessage ? signShared(prepared, putMessage(shared, za, message)) : undefined;
      return signature ?? engine.signDigest(prepared, digestAfter(engine, za, message), random);
    },
    verify: (point, e, signature) => {
      shared.set(e, place.za);
      return verifyShared(point, digestGiven, signature);
    },
    verifyMessage: (point, za, message, signature) =>
      message.length <= maxMessage
        ? verifyShared(point, putMessage(shared, za, message), signature)
        : engine.verify(point, digestAfter(engine, za, message), signature),
    createTable: (point) => addonTable(binding, engine, point),
    multiply: (k, point) => filled(64, (out) => binding.multiply(k, point, out)),
    multiplyBase: (k) => filled(64, (out) => binding.multiplyBase(k, out)),
    add: (p, q) => filled(64, (out) => binding.add(p, q, out)),
    multiplyAdd: (a, b, c) => certain(32, (out) => binding.scalarMultiplyAdd(a, b, c, out)),
    digest: (data) => {
      if (data.length > maxMessage) return certain(32, (out) => binding.digest(data, out));
      shared.set(data, place.za);
      binding.digestShared(data.length);
      return shared.slice(place.signature, place.signature + 32);
    },
    createDigest: () => addonDigest(binding),
    deriveKey: (z, length) => certain(length, (out) => binding.kdf(z, out)),
    createCipher: (key) => addonCipher(binding, key),
    ghash: (state, h, data) => {
      binding.ghash(state, h, data);
    },
  };
  return engine;
}

/** @returns the message's length, which the functions want next */
function putMessage(shared: Uint8Array, za: Uint8Array, message: Uint8Array): number {
  shared.set(za, place.za);
  shared.set(message, place.message);
  return message.length;
}

function addonTable(binding: GmBinding, engine: GmEngine, point: Uint8Array): GmTable | undefined {
  const { shared } = binding;
  const table = new Uint8Array(binding.tableBytes);
  if (!binding.tableBuild(table, point)) return undefined;
  const verify = (e: Uint8Array, signature: Uint8Array): boolean => {
    shared.set(signature, place.signature);
    shared.set(e, place.za);
    return binding.verifySharedWithTable(table, digestGiven);
  };
  return {
    verify,
    verifyMessage: (za, message, signature) => {
      if (message.length > shared.length - place.message) return verify(digestAfter(engine, za, message), signature);
      shared.set(signature, place.signature);
      return binding.verifySharedWithTable(table, putMessage(shared, za, message));
    },
    free: () => undefined,
  };
}

function addonDigest(binding: GmBinding): GmDigest {
  const context = new Uint8Array(binding.digestContextBytes);
  binding.digestInit(context);
  const use = requireUnended();
  return {
    update: (chunk) => {
      use('update');
      binding.digestUpdate(context, chunk);
    },
    digest: () => {
      use('end');
      const out = new Uint8Array(32);
      binding.digestFinal(context, out);
      return out;
    },
  };
}

function addonCipher(binding: GmBinding, key: Uint8Array): GmCipher {
  const expanded = new Uint8Array(binding.cipherKeyBytes);
  binding.cipherKey(expanded, key);
  const ecb = { encrypt: binding.ecbEncrypt, decrypt: binding.ecbDecrypt };
  const cbc = { encrypt: binding.cbcEncrypt, decrypt: binding.cbcDecrypt };
  return {
    ecb: (direction: CipherDirection, data) => {
      const out = new Uint8Array(data.length);
      ecb[direction](expanded, data, out);
      return out;
    },
    cbc: (direction, iv, data) => {
      const out = new Uint8Array(data.length);
      cbc[direction](expanded, iv, data, out);
      return out;
    },
    ctr: (counter, counterBytes, data) => {
      const out = new Uint8Array(data.length);
      (counterBytes === 4 ? binding.ctr32 : binding.ctr)(expanded, counter, data, out);
      return out;
    },
    wipe: () => {
      expanded.fill(0);
    },
  };
}
