import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { derNull, element, explicit, integer, octetString, oid, sequence, set, tlv } from './der.ts';
import { openssl, sm2DistinguishingId } from './openssl.ts';

/** What the SM2 signer hashes besides the message; see `certificate-spec.ts`. */
type Za = 'default-id' | 'empty-id' | 'none';

export interface GmMessageSpec {
  readonly content: Uint8Array;
  readonly form: 'attached' | 'detached';
  readonly attributes: 'signed' | 'none';
  readonly za: Za;
  /** DER, or r ‖ s as some signers write it. */
  readonly signature?: 'der' | 'two-numbers';
  /** PEM files. */
  readonly certificate: string;
  readonly key: string;
  readonly others: readonly string[];
}

const gm = (last: number): Buffer => oid(`1.2.156.10197.6.1.4.2.${last}`);
const sm3 = sequence(oid('1.2.156.10197.1.401'), derNull);
const sm2Sign = sequence(oid('1.2.156.10197.1.301.1'), derNull);
const certificateDer = (file: string): Buffer => openssl(['x509', '-in', file, '-outform', 'DER']);

/**
 * A SignedData of GM/T 0010-2012 §8 with SM2. OpenSSL 3.0 has no CMS for SM2 keys, so the envelope is laid here byte by
 * byte; digests and signatures are OpenSSL's.
 */
export function gmMessage(spec: GmMessageSpec, work: string): Buffer {
  const certificate = certificateDer(spec.certificate);
  const attributes = spec.attributes === 'signed' ? signedAttributes(spec.content) : undefined;
  const signature = sign(attributes ?? Buffer.from(spec.content), spec, work);
  const signer = sequence(
    integer(1),
    issuerAndSerial(certificate),
    sm3,
    ...(attributes === undefined ? [] : [retag(attributes, 0xa0)]),
    sm2Sign,
    octetString(spec.signature === 'two-numbers' ? twoNumbers(signature) : signature),
  );
  const signedData = sequence(
    integer(1),
    set(sm3),
    spec.form === 'attached' ? sequence(gm(1), explicit(0, octetString(spec.content))) : sequence(gm(1)),
    explicit(0, certificate, ...spec.others.map(certificateDer)),
    set(signer),
  );
  return sequence(gm(2), explicit(0, signedData));
}

/** r and s of 32 octets each, out of SEQUENCE { r, s }. */
function twoNumbers(signature: Buffer): Buffer {
  const r = element(signature, element(signature, 0).content);
  const s = element(signature, r.end);
  const parts = [signature.subarray(r.content, r.end), signature.subarray(s.content, s.end)];
  return Buffer.concat(parts.map((part) => Buffer.concat([Buffer.alloc(32), part]).subarray(-32)));
}

/** contentType, signingTime and messageDigest, in the order of DER's SET OF: shortest encodings first. */
function signedAttributes(content: Uint8Array): Buffer {
  const digest = openssl(['dgst', '-sm3', '-binary'], content);
  const attribute = (last: number, value: Buffer): Buffer => sequence(oid(`1.2.840.113549.1.9.${last}`), set(value));
  const values = [
    attribute(3, gm(1)),
    attribute(5, tlv(0x17, Buffer.from('260601000000Z', 'latin1'))),
    attribute(4, octetString(digest)),
  ];
  return set(...values.toSorted(Buffer.compare));
}

function sign(message: Buffer, spec: GmMessageSpec, work: string): Buffer {
  const file = path.join(work, 'to-be-signed');
  if (spec.za === 'none') {
    writeFileSync(file, openssl(['dgst', '-sm3', '-binary'], message));
    return openssl(['pkeyutl', '-sign', '-inkey', spec.key, '-in', file]);
  }
  writeFileSync(file, message);
  const id = spec.za === 'default-id' ? ['-pkeyopt', sm2DistinguishingId] : [];
  return openssl(['pkeyutl', '-sign', '-inkey', spec.key, '-rawin', '-digest', 'sm3', ...id, '-in', file]);
}

/** Version, serial number, algorithm, issuer: the second and the fourth field of the certificate's body. */
function issuerAndSerial(certificate: Buffer): Buffer {
  const body = element(certificate, element(certificate, 0).content);
  const version = element(certificate, body.content);
  const serial = element(certificate, version.end);
  const algorithm = element(certificate, serial.end);
  const issuer = element(certificate, algorithm.end);
  return sequence(certificate.subarray(algorithm.end, issuer.end), certificate.subarray(version.end, serial.end));
}

function retag(der: Buffer, tag: number): Buffer {
  const copy = Buffer.from(der);
  copy[0] = tag;
  return copy;
}
