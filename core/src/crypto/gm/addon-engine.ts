import type { CipherDirection, GmCipher, GmDigest, GmEngine, GmTable } from './engine.ts';

/** The functions of core/native/src/addon.c, over Uint8Arrays of exact lengths; the last array is what they write. */
export interface GmBinding {
  checkPublicKey(point: Uint8Array): boolean;
  derivePublicKey(d: Uint8Array, point: Uint8Array): boolean;
  preparePrivateKey(d: Uint8Array, inverse: Uint8Array): boolean;
  sign(inverse: Uint8Array, k: Uint8Array, e: Uint8Array, signature: Uint8Array): boolean;
  verify(point: Uint8Array, e: Uint8Array, signature: Uint8Array): boolean;
  tableBuild(table: Uint8Array, point: Uint8Array): boolean;
  verifyWithTable(table: Uint8Array, e: Uint8Array, signature: Uint8Array): boolean;
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

/** The engine over the N-API build. */
export function createAddonEngine(binding: GmBinding): GmEngine {
  const filled = (length: number, fill: (out: Uint8Array) => boolean): Uint8Array | undefined => {
    const out = new Uint8Array(length);
    return fill(out) ? out : undefined;
  };
  const certain = (length: number, fill: (out: Uint8Array) => boolean): Uint8Array => {
    const out = new Uint8Array(length);
    fill(out);
    return out;
  };
  return {
    name: 'addon',
    checkPublicKey: (point) => binding.checkPublicKey(point),
    derivePublicKey: (d) => filled(64, (out) => binding.derivePublicKey(d, out)),
    prepare: (d) => filled(32, (out) => binding.preparePrivateKey(d, out)),
    sign: (prepared, k, e) => filled(64, (out) => binding.sign(prepared, k, e, out)),
    verify: (point, e, signature) => binding.verify(point, e, signature),
    createTable: (point) => addonTable(binding, point),
    multiply: (k, point) => filled(64, (out) => binding.multiply(k, point, out)),
    multiplyBase: (k) => filled(64, (out) => binding.multiplyBase(k, out)),
    add: (p, q) => filled(64, (out) => binding.add(p, q, out)),
    multiplyAdd: (a, b, c) => certain(32, (out) => binding.scalarMultiplyAdd(a, b, c, out)),
    digest: (data) => certain(32, (out) => binding.digest(data, out)),
    createDigest: () => addonDigest(binding),
    deriveKey: (z, length) => certain(length, (out) => binding.kdf(z, out)),
    createCipher: (key) => addonCipher(binding, key),
    ghash: (state, h, data) => {
      binding.ghash(state, h, data);
    },
  };
}

function addonTable(binding: GmBinding, point: Uint8Array): GmTable | undefined {
  const table = new Uint8Array(binding.tableBytes);
  if (!binding.tableBuild(table, point)) return undefined;
  return { verify: (e, signature) => binding.verifyWithTable(table, e, signature), free: () => undefined };
}

function addonDigest(binding: GmBinding): GmDigest {
  const context = new Uint8Array(binding.digestContextBytes);
  binding.digestInit(context);
  return {
    update: (chunk) => {
      binding.digestUpdate(context, chunk);
    },
    digest: () => {
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
