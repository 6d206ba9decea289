import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { openssl } from './openssl.ts';

function derLength(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length]);
  if (length < 0x100) return Buffer.from([0x81, length]);
  return Buffer.from([0x82, length >> 8, length & 0xff]);
}

/** Start of the content and of the next element, for an element whose length takes at most two bytes. */
function element(der: Buffer, offset: number): { readonly content: number; readonly end: number } {
  const first = der.readUInt8(offset + 1);
  const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
  const content = offset + 2 + lengthBytes;
  return { content, end: content + (lengthBytes === 0 ? first : der.readUIntBE(offset + 2, lengthBytes)) };
}

export interface CertificateParts {
  readonly body: Buffer;
  readonly signatureAlgorithm: Buffer;
  /** DER of the signature, out of its BIT STRING. */
  readonly signature: Buffer;
}

/** Cuts a DER certificate into its three parts. */
export function certificateParts(der: Buffer): CertificateParts {
  const start = element(der, 0).content;
  const body = element(der, start);
  const algorithm = element(der, body.end);
  const signature = element(der, algorithm.end);
  return {
    body: der.subarray(start, body.end),
    signatureAlgorithm: der.subarray(body.end, algorithm.end),
    signature: der.subarray(signature.content + 1, signature.end),
  };
}

/**
 * Replaces a certificate's signature by one over the bare SM3 digest of its body, without ZA: the mistake of software
 * that treats SM2 like ECDSA. `openssl pkeyutl -sign` without `-rawin` signs exactly the 32 bytes it is given.
 */
export function resignWithoutZa(certificate: string, issuerKey: string, work: string): void {
  const { body, signatureAlgorithm } = certificateParts(openssl(['x509', '-in', certificate, '-outform', 'DER']));
  const digest = path.join(work, 'digest.bin');
  writeFileSync(digest, openssl(['dgst', '-sm3', '-binary'], body));
  const signature = openssl(['pkeyutl', '-sign', '-in', digest, '-inkey', issuerKey]);
  const bitString = Buffer.concat([Buffer.from([0x03]), derLength(signature.length + 1), Buffer.from([0]), signature]);
  const content = Buffer.concat([body, signatureAlgorithm, bitString]);
  const resigned = Buffer.concat([Buffer.from([0x30]), derLength(content.length), content]);
  writeFileSync(certificate, openssl(['x509', '-inform', 'DER', '-outform', 'PEM'], resigned));
}
