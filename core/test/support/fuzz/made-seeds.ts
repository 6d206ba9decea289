import { derBitString, derNull, derOid, derSequence, oids } from '@onelock/core/asn1';
import { utf8Encode } from '@onelock/core/bytes';
import { sealEnvelope } from '@onelock/core/cms';
import { encodeEcdsaSignature } from '@onelock/core/crypto';
import { createNodeKeyWrap } from '@onelock/core/crypto/node';
import { encodeLoginToken } from '@onelock/core/login';
import { ciphers, ops } from '../engine.ts';
import { makeCertificate, name } from '../test-ca.ts';

/** Forms of which no file is published, made now: keys, signatures, and the key pair that a CA sends under the holder's. */
export function madeSeeds(): readonly Uint8Array[] {
  const sm2 = ops.generateKeyPair({ kind: 'sm2' });
  const p256 = ops.generateKeyPair({ kind: 'ec', curve: 'p256' });
  const keys = [sm2, p256].flatMap(({ privateKey, publicKey }) => [privateKey.pkcs8, publicKey.spki]);
  const sent = ciphers.encryptKey(sm2.publicKey, { kind: 'sm2' }, ops.random(16));
  const envelopes = [oids.sm4, oids.sm4Ecb].map((oid) => envelopedKey(oid, sent));
  return [...keys, ...signatures(), sent, ...envelopes, loginToken(), ...otherEnvelopes()];
}

/** r and s with and without the leading zero of DER, short and long: every shape in which the two INTEGERs come. */
function signatures(): readonly Uint8Array[] {
  const number = (length: number, first: number): Uint8Array => {
    const padded = new Uint8Array(32);
    padded.fill(0x5a, 32 - length);
    padded[32 - length] = first;
    return padded;
  };
  const numbers = [number(32, 0x7f), number(32, 0x9c), number(31, 0x80), number(1, 0x01)];
  return numbers.flatMap((r) => numbers.map((s) => encodeEcdsaSignature(Uint8Array.from([...r, ...s]))));
}

function envelopedKey(algorithm: string, symmetricKey: Uint8Array): Uint8Array {
  const point = new Uint8Array(65).fill(0x11);
  point[0] = 4;
  const scalar = new Uint8Array(32).fill(0x22);
  return derSequence(
    derSequence(derOid(algorithm), derNull()),
    symmetricKey,
    derBitString(point),
    derBitString(scalar),
  );
}

function loginToken(): Uint8Array {
  const token = encodeLoginToken({
    version: 1,
    origin: 'https://bid.example',
    challenge: new Uint8Array(32).fill(0x33),
    certificate: new Uint8Array(40).fill(0x30),
    algorithm: 'SM2-SM3',
    signature: new Uint8Array(71).fill(0x44),
  });
  return utf8Encode(JSON.stringify(token));
}

/** Recipients by key agreement, by a shared key and by a password. */
function otherEnvelopes(): readonly Uint8Array[] {
  const content = Uint8Array.of(1, 2, 3);
  const key = ops.generateKeyPair({ kind: 'ec', curve: 'p256' });
  const issuer = { name: name('seed'), key };
  const recipients = [makeCertificate({ subject: issuer.name, key, issuer }, ops)];
  const engine = { ops, ciphers, keyWrap: createNodeKeyWrap() };
  const sharedKeys = [{ key: new Uint8Array(16), identifier: Uint8Array.of(7) }];
  const passwords = [Uint8Array.of(0x70)];
  return [
    { content, recipients },
    { content, recipients: [], sharedKeys },
    { content, recipients: [], passwords },
  ].map((input) => sealEnvelope(input, ops, ciphers, engine));
}
