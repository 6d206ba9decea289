import { derInteger, derNull, derOctetString, derOid, derSequence, oids } from '@onelock/core/asn1';
import { concatBytes, equalBytes, fromHex } from '@onelock/core/bytes';
import {
  type CipherOps,
  type CryptoOps,
  type DigestAlgorithm,
  type KeyEncryption,
  parsePrivateKey,
  type Sm4AeadOptions,
} from '@onelock/core/crypto';
import { DerivationBudget, decryptWithPassword } from '@onelock/core/pkcs12';
import type { AeadGroup, HkdfGroup, MacGroup, OaepGroup, PbeGroup, PbkdfGroup, Pkcs1Group } from './cipher-form.ts';
import { digests } from './signature-algorithm.ts';

export interface Engine {
  readonly ops: CryptoOps;
  readonly ciphers: CipherOps;
}

/** How one test of a group is put to core. */
export interface Check<Test> {
  /** Codes of core's refusals, which count as `invalid`; any other error fails the case. */
  readonly refusals: readonly string[];
  /** Whether core comes to what the suite prints, and what else is worth a line in the report. */
  run(engine: Engine, test: Test): { readonly valid: boolean; readonly note?: string };
}

/** Or why we do not do what a group asks for. */
export type GroupCheck<Test> = Check<Test> | { readonly unsupported: string };

type TestOf<G extends { readonly tests: readonly unknown[] }> = G['tests'][number];

/** HMAC, which proves PKCS#12 files; shorter tags are its first octets. */
export function macCheck(algorithm: string, { tagSize }: MacGroup): GroupCheck<TestOf<MacGroup>> {
  const digest = digestAfter('HMAC', algorithm);
  if (digest === undefined) return { unsupported: algorithm };
  return {
    refusals: [],
    run: ({ ciphers }, { key, msg, tag }) => {
      const whole = ciphers.hmac(digest, fromHex(key), fromHex(msg));
      return { valid: equalBytes(whole.subarray(0, tagSize / 8), fromHex(tag)) };
    },
  };
}

/** HKDF, under whose keys the service keeps answers. */
export function hkdfCheck(algorithm: string): GroupCheck<TestOf<HkdfGroup>> {
  const digest = digestAfter('HKDF-', algorithm);
  if (digest === undefined) return { unsupported: algorithm };
  return {
    refusals: ['ERR_CRYPTO_PARAMETER_INVALID'],
    run: ({ ciphers }, { ikm, salt, info, size, okm }) => {
      const derived = ciphers.hkdf(digest, fromHex(ikm), fromHex(salt), fromHex(info), size);
      return { valid: equalBytes(derived, fromHex(okm)) };
    },
  };
}

/** PBKDF2, by which key files are opened. */
export function pbkdfCheck(algorithm: string): GroupCheck<TestOf<PbkdfGroup>> {
  const digest = digestAfter('PBKDF2-HMAC', algorithm);
  if (digest === undefined) return { unsupported: algorithm };
  return {
    refusals: [],
    run: ({ ciphers }, { password, salt, iterationCount, dkLen, dk }) => {
      const derived = ciphers.pbkdf2(digest, fromHex(password), fromHex(salt), iterationCount, dkLen);
      return { valid: equalBytes(derived, fromHex(dk)) };
    },
  };
}

/** PBES2 as the reader of key files decrypts it, from its AlgorithmIdentifier on. */
export function pbeCheck(algorithm: string): GroupCheck<TestOf<PbeGroup>> {
  if (algorithm !== 'PbeWithHmacSha256AndAes_256') return { unsupported: algorithm };
  return {
    refusals: ['ERR_KEY_FILE_PASSWORD_WRONG'],
    run: (engine, { password, salt, iterationCount, iv, msg, ct }) => {
      const parameters = pbes2(fromHex(salt), iterationCount, fromHex(iv));
      // Octets and not a text: some of the suite's passwords are no UTF-8.
      const octets = { utf8: fromHex(password), bmp: new Uint8Array(0) };
      const plain = decryptWithPassword(parameters, fromHex(ct), octets, engine, new DerivationBudget());
      return { valid: equalBytes(plain, fromHex(msg)) };
    },
  };
}

/** PBES2-params of RFC 8018 appendix A.4, as writers of key files write them. */
function pbes2(salt: Uint8Array, iterations: number, iv: Uint8Array): Uint8Array {
  const prf = derSequence(derOid(oids.hmacWithSha256), derNull());
  const derivation = derSequence(
    derOid(oids.pbkdf2),
    derSequence(derOctetString(salt), derInteger(iterations), derInteger(32), prf),
  );
  const encryption = derSequence(derOid(oids.aes256Cbc), derOctetString(iv));
  return derSequence(derOid(oids.pbes2), derSequence(derivation, encryption));
}

const aeadModes: Readonly<Record<string, 'ccm' | 'gcm'>> = { 'SM4-CCM': 'ccm', 'SM4-GCM': 'gcm' };

/** SM4 in both directions: what opens must also be what sealing gives. */
export function aeadCheck(algorithm: string, { tagSize }: AeadGroup): GroupCheck<TestOf<AeadGroup>> {
  const mode = aeadModes[algorithm];
  if (mode === undefined) return { unsupported: algorithm };
  return {
    refusals: ['ERR_CRYPTO_CIPHERTEXT_INVALID', 'ERR_CRYPTO_PARAMETER_INVALID'],
    run: ({ ops }, { key, iv, aad, msg, ct, tag }) => {
      const options: Sm4AeadOptions = {
        mode,
        key: fromHex(key),
        nonce: fromHex(iv),
        additionalData: fromHex(aad),
        tagLength: tagSize / 8,
      };
      const sealed = concatBytes(fromHex(ct), fromHex(tag));
      const opened = ops.sm4.open(options, sealed);
      return { valid: equalBytes(opened, fromHex(msg)) && equalBytes(ops.sm4.seal(options, opened), sealed) };
    },
  };
}

/** RSAES-OAEP, as content keys of messages are decrypted. */
export function decryptOaepCheck(group: OaepGroup): GroupCheck<TestOf<OaepGroup>> {
  const digest = digests[group.sha];
  const mgf1Digest = digests[group.mgfSha];
  if (group.mgf !== 'MGF1' || digest === undefined || mgf1Digest === undefined)
    return { unsupported: `OAEP with ${group.sha} and ${group.mgf} with ${group.mgfSha}` };
  return {
    refusals: ['ERR_ENVELOPE_CONTENT_INVALID'],
    run: (engine, { label, ct, msg }) => {
      const scheme = { kind: 'rsa-oaep', digest, mgf1Digest, label: fromHex(label) } as const;
      return { valid: equalBytes(decrypt(engine, group.privateKeyPkcs8, scheme, ct), fromHex(msg)) };
    },
  };
}

/**
 * RSAES-PKCS1-v1_5, as content keys of messages are decrypted. Wrong padding is answered by implicit rejection: octets that are
 * not the message, and no error that an attacker could count (Bleichenbacher). That is the `invalid` the suite asks for, which
 * forbids only that paddings can be told apart; the report names each.
 */
export function decryptPkcs1Check(group: Pkcs1Group): Check<TestOf<Pkcs1Group>> {
  return {
    refusals: ['ERR_ENVELOPE_CONTENT_INVALID'],
    run: (engine, { ct, msg }) => {
      const valid = equalBytes(decrypt(engine, group.privateKeyPkcs8, { kind: 'rsa-pkcs1v15' }, ct), fromHex(msg));
      return valid ? { valid } : { valid, note: 'implicit rejection: other octets, and no error' };
    },
  };
}

function decrypt({ ciphers }: Engine, pkcs8: string, scheme: KeyEncryption, encrypted: string): Uint8Array {
  return ciphers.decryptKey(parsePrivateKey(fromHex(pkcs8)), scheme, fromHex(encrypted));
}

/** The digest that the name of an algorithm ends in: `HMACSHA256`, `HKDF-SHA-256`. */
function digestAfter(prefix: string, algorithm: string): DigestAlgorithm | undefined {
  if (!algorithm.startsWith(prefix)) return undefined;
  const name = algorithm.slice(prefix.length);
  return digests[name.replace(/^SHA(?=[0-9]+$)/, 'SHA-')];
}
