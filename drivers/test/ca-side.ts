import {
  derBitString,
  derNull,
  derOid,
  derSequence,
  derTag,
  octetStringValue,
  oids,
  readDer,
} from '@onelock/core/asn1';
import { concatBytes } from '@onelock/core/bytes';
import type { CryptoOps, PrivateKey, PublicKey } from '@onelock/core/crypto';
import { keyUsage, makeCertificate, name } from '../../core/test/support/test-ca.ts';
import type { EnvelopedKeyPair } from '../src/port/index.ts';

/** What a CA does for a token: certificates for its keys, and encryption key pairs that only it can open. */
export class CaSide {
  readonly #ops: CryptoOps;
  readonly #issuer;

  constructor(ops: CryptoOps) {
    this.#ops = ops;
    this.#issuer = { name: name('OneLock Test CA'), key: ops.generateKeyPair({ kind: 'sm2' }) };
  }

  certify(publicKey: PublicKey, use: 'signing' | 'encryption', commonName = 'Test Company'): Uint8Array {
    const none: PrivateKey = { kind: 'sm2', pkcs8: new Uint8Array(0) };
    return makeCertificate(
      {
        subject: name(commonName),
        key: { publicKey, privateKey: none },
        issuer: this.#issuer,
        extensions: [use === 'signing' ? keyUsage(0, 1) : keyUsage(2, 3, 4)],
      },
      this.#ops,
    ).der;
  }

  /** @param layout  `whole`: the scalar stands at the end of 64 plain bytes, all of them encrypted */
  deliver(
    signingKey: PublicKey,
    layout: 'bare' | 'zeros-after' | 'whole' = 'bare',
  ): {
    readonly pair: EnvelopedKeyPair;
    readonly publicKey: Extract<PublicKey, { kind: 'sm2' }>;
    readonly der: Uint8Array;
  } {
    const ops = this.#ops;
    const { privateKey, publicKey } = ops.generateKeyPair({ kind: 'sm2' });
    if (publicKey.kind !== 'sm2') throw new Error('not SM2');
    const symmetricKey = ops.random(16);
    const scalar = scalarOf(privateKey);
    const encrypt = (bytes: Uint8Array): Uint8Array => encryptBlocks(ops, symmetricKey, bytes);
    const bare = encrypt(scalar);
    const zeros = new Uint8Array(32);
    const encryptedScalar =
      layout === 'bare' ? bare : layout === 'whole' ? encrypt(concatBytes(zeros, scalar)) : concatBytes(bare, zeros);
    const encryptedSymmetricKey = ops.sm2.encrypt(signingKey, symmetricKey, 'asn1');
    const der = derSequence(
      derSequence(derOid(oids.sm4Ecb), derNull()),
      encryptedSymmetricKey,
      derBitString(publicKey.point),
      derBitString(bare),
    );
    const pair = { encryptedSymmetricKey, publicPoint: publicKey.point, cipher: 'sm4', encryptedScalar } as const;
    return { pair, publicKey, der };
  }
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

function encryptBlocks(ops: CryptoOps, key: Uint8Array, bytes: Uint8Array): Uint8Array {
  const blocks = Array.from({ length: bytes.length / 16 }, (_, index) => {
    const options = { mode: 'cbc', direction: 'encrypt', padding: 'none' } as const;
    const running = ops.sm4.createCipher({ ...options, key: Uint8Array.from(key), iv: new Uint8Array(16) });
    return concatBytes(running.update(bytes.subarray(index * 16, index * 16 + 16)), running.finish());
  });
  return concatBytes(...blocks);
}
