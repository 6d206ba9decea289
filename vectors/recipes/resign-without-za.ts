import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { element, sequence, tlv } from './der.ts';
import { openssl } from './openssl.ts';

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
  const resigned = sequence(body, signatureAlgorithm, tlv(0x03, Buffer.from([0]), signature));
  writeFileSync(certificate, openssl(['x509', '-inform', 'DER', '-outform', 'PEM'], resigned));
}
