import {
  derBitString,
  derExplicit,
  derInteger,
  derOid,
  derSequence,
  derSetOf,
  derTag,
  octetStringValue,
  oids,
  readDer,
} from '@onelock/core/asn1';
import { concatBytes, toBase64 } from '@onelock/core/bytes';
import type { CryptoOps, PrivateKey, PublicKey } from '@onelock/core/crypto';

/** A certs-only message: SignedData without content and signers (RFC 7030 §4.1.3, RFC 5652 §5). */
export function certsOnly(certificates: readonly Uint8Array[]): Uint8Array {
  const signedData = derSequence(
    derInteger(1),
    derSetOf(),
    derSequence(derOid(oids.data)),
    derExplicit(0, ...certificates),
    derSetOf(),
  );
  return derSequence(derOid(oids.signedData), derExplicit(0, signedData));
}

/** Base64 in lines, as RFC 2045 §6.8 has it. */
export const inLines = (bytes: Uint8Array): string => (toBase64(bytes).match(/.{1,76}/g) ?? []).join('\r\n');

/** The answer of /serverkeygen (RFC 7030 §4.4.2): the enveloped key first, then the certificate. */
export function keyAndCertificate(
  boundary: string,
  keyType: string,
  envelope: Uint8Array,
  certificates: readonly Uint8Array[],
): string {
  const part = (type: string, bytes: Uint8Array): string =>
    `--${boundary}\r\nContent-Type: ${type}\r\nContent-Transfer-Encoding: base64\r\n\r\n${inLines(bytes)}\r\n`;
  return [
    part(keyType, envelope),
    part('application/pkcs7-mime; smime-type=certs-only', certsOnly(certificates)),
    `--${boundary}--\r\n`,
  ].join('');
}

const blockLength = 16;

/** SM2EnvelopedKey (GB/T 35276-2017 §7.4): a key pair that only the holder of the signing key opens. */
export function envelopKey(
  privateKey: PrivateKey,
  publicKey: PublicKey,
  holder: PublicKey,
  ops: CryptoOps,
): Uint8Array {
  if (publicKey.kind !== 'sm2') throw new TypeError('an SM2 key pair is delivered');
  const symmetricKey = ops.random(blockLength);
  const scalar = scalarOf(privateKey);
  const envelope = derSequence(
    derSequence(derOid(oids.sm4Ecb)),
    ops.sm2.encrypt(holder, symmetricKey, 'asn1'),
    derBitString(publicKey.point),
    derBitString(encryptBlocks(symmetricKey, scalar, ops)),
  );
  scalar.fill(0);
  symmetricKey.fill(0);
  return envelope;
}

/** The scalar of ECPrivateKey (RFC 5915) inside of PKCS#8. */
function scalarOf({ pkcs8 }: PrivateKey): Uint8Array {
  const outer = readDer(pkcs8).sequence();
  outer.next();
  outer.next();
  const inner = outer.read(derTag.octetString).nested().sequence();
  inner.next();
  return Uint8Array.from(octetStringValue(inner.next()));
}

/** ECB, block by block: CBC of one block under an IV of zeros. */
function encryptBlocks(key: Uint8Array, bytes: Uint8Array, ops: CryptoOps): Uint8Array {
  const blocks = Array.from({ length: bytes.length / blockLength }, (_, index) => {
    const options = { mode: 'cbc', direction: 'encrypt', padding: 'none' } as const;
    const running = ops.sm4.createCipher({ ...options, key: Uint8Array.from(key), iv: new Uint8Array(blockLength) });
    return concatBytes(
      running.update(bytes.subarray(index * blockLength, (index + 1) * blockLength)),
      running.finish(),
    );
  });
  return concatBytes(...blocks);
}
