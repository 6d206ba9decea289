import {
  derBitString,
  derBoolean,
  derExplicit,
  derInteger,
  derNamedBits,
  derOctetString,
  derOid,
  derSequence,
  derSetOf,
  derTag,
  derTime,
  derUtf8String,
  octetStringValue,
  oids,
  readDer,
} from '@onelock/core/asn1';
import { concatBytes } from '@onelock/core/bytes';
import { type CryptoOps, type PrivateKey, type PublicKey, sm2DefaultUserId } from '@onelock/core/crypto';
import type { EnvelopedKeyPair } from '../port/index.ts';

const digitalSignature = [0, 1];
const encryption = [2, 3, 4];

/** A CA that lives as long as one case: it certifies what a device made, and delivers encryption key pairs as CAs do. */
export class EphemeralCa {
  readonly #ops: CryptoOps;
  readonly #key: { readonly privateKey: PrivateKey; readonly publicKey: PublicKey };
  #serial = 1;

  constructor(ops: CryptoOps) {
    this.#ops = ops;
    this.#key = ops.generateKeyPair({ kind: 'sm2' });
  }

  /** @returns the certificate in DER */
  certify(publicKey: PublicKey, use: 'signing' | 'encryption'): Uint8Array {
    const identifier = derSequence(derOid(oids.sm2WithSm3));
    const bits = use === 'signing' ? digitalSignature : encryption;
    const usage = derSequence(derOid(oids.keyUsage), derBoolean(true), derOctetString(derNamedBits(bits)));
    const body = derSequence(
      derExplicit(0, derInteger(2)),
      derInteger(this.#serial++),
      identifier,
      name('OneLock conformance CA'),
      derSequence(derTime(new Date('2020-01-01T00:00:00Z')), derTime(new Date('2049-12-31T00:00:00Z'))),
      name('OneLock conformance'),
      publicKey.spki,
      derExplicit(3, derSequence(usage)),
    );
    const algorithm = { kind: 'sm2-sm3', userId: sm2DefaultUserId } as const;
    const signature = this.#ops.sign(this.#key.privateKey, algorithm, body);
    return derSequence(body, identifier, derBitString(signature));
  }

  /** An encryption key pair for the owner of a signing key (GB/T 35276-2017 §7.4), with its certificate. */
  deliver(signingKey: PublicKey): { readonly pair: EnvelopedKeyPair; readonly certificate: Uint8Array } {
    const ops = this.#ops;
    const { privateKey, publicKey } = ops.generateKeyPair({ kind: 'sm2' });
    if (publicKey.kind !== 'sm2') throw new TypeError('not an SM2 key');
    const symmetricKey = ops.random(16);
    const pair = {
      encryptedSymmetricKey: ops.sm2.encrypt(signingKey, symmetricKey, 'asn1'),
      publicPoint: publicKey.point,
      cipher: 'sm4',
      encryptedScalar: encryptBlocks(ops, symmetricKey, scalarOf(privateKey)),
    } as const;
    return { pair, certificate: this.certify(publicKey, 'encryption') };
  }
}

/** A Name with a common name alone. */
export function name(commonName: string): Uint8Array {
  return derSequence(derSetOf(derSequence(derOid(oids.commonName), derUtf8String(commonName))));
}

/** The scalar of ECPrivateKey (RFC 5915) inside of PKCS#8. */
function scalarOf({ pkcs8 }: PrivateKey): Uint8Array {
  const outer = readDer(pkcs8).sequence();
  outer.next();
  outer.next();
  const inner = outer.read(derTag.octetString).nested().sequence();
  inner.next();
  return octetStringValue(inner.next());
}

/** SM4-ECB, which is all that SM2EnvelopedKey has, block by block through CBC. */
function encryptBlocks(ops: CryptoOps, key: Uint8Array, bytes: Uint8Array): Uint8Array {
  const blocks = Array.from({ length: bytes.length / 16 }, (_, index) => {
    const options = { mode: 'cbc', direction: 'encrypt', padding: 'none' } as const;
    const cipher = ops.sm4.createCipher({ ...options, key: Uint8Array.from(key), iv: new Uint8Array(16) });
    return concatBytes(cipher.update(bytes.subarray(index * 16, index * 16 + 16)), cipher.finish());
  });
  return concatBytes(...blocks);
}
