import { checkDer, reencodeDer } from '@onelock/core/asn1';
import { decodePem, utf8Decode } from '@onelock/core/bytes';
import {
  contentHint,
  longTermValues,
  parseDigestedData,
  parseEncryptedData,
  parseEnvelope,
  parseMessage,
  parseSignedData,
  readCountersignatures,
  signatureTimestamps,
} from '@onelock/core/cms';
import { decodeEcdsaSignature, decodeSm2Cipher, parsePrivateKey, parsePublicKey } from '@onelock/core/crypto';
import { chineseExtensions, subjectIdentity } from '@onelock/core/identity';
import { parseLoginToken } from '@onelock/core/login';
import {
  parseCfcaKeyFile,
  parseEcPrivateKey,
  parseEnvelopedKey,
  parsePfx,
  parseRsaPrivateKey,
} from '@onelock/core/pkcs12';
import { parseCertificateList, parseOcspRequest, parseOcspResponse } from '@onelock/core/revocation';
import { parseTimestampRequest, parseTimestampResponse, parseTimestampToken } from '@onelock/core/tsp';
import {
  checkCertificateEncoding,
  formatName,
  parseCertificate,
  parseCertificateRequest,
  tolerancesOf,
} from '@onelock/core/x509';

/** What no JSON reader gets through is no token; the reader is the platform's own. */
function jsonOf(bytes: Uint8Array): unknown {
  const text = utf8Decode(bytes);
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Every door through which bytes of strangers come in, each read as far as anything of ours reads them. */
export const fuzzedParsers: Readonly<Record<string, (bytes: Uint8Array) => unknown>> = {
  der: (bytes) => reencodeDer(checkDer(bytes)),
  pem: (bytes) => decodePem(utf8Decode(bytes)),
  certificate: (bytes) => {
    const certificate = parseCertificate(bytes);
    const described = [formatName(certificate.subject), formatName(certificate.issuer), tolerancesOf(certificate)];
    const identity = [subjectIdentity(certificate), chineseExtensions(certificate)];
    checkCertificateEncoding(certificate);
    return [described, identity];
  },
  'certificate-request': (bytes) => parseCertificateRequest(bytes),
  crl: (bytes) => {
    const list = parseCertificateList(bytes);
    return [list.entries.find(Uint8Array.of(1), list.issuer), list.entries.namesIssuers];
  },
  'ocsp-response': (bytes) => parseOcspResponse(bytes),
  'ocsp-request': (bytes) => parseOcspRequest(bytes),
  'signed-data': (bytes) => {
    const message = parseSignedData(bytes);
    return message.signers.map((signer) => [
      contentHint(signer),
      longTermValues(signer),
      signatureTimestamps(signer),
      readCountersignatures(signer),
    ]);
  },
  message: (bytes) => parseMessage(bytes),
  envelope: (bytes) => parseEnvelope(bytes),
  'encrypted-data': (bytes) => parseEncryptedData(bytes),
  'digested-data': (bytes) => parseDigestedData(bytes),
  'timestamp-token': (bytes) => parseTimestampToken(bytes),
  'timestamp-request': (bytes) => parseTimestampRequest(bytes),
  'timestamp-response': (bytes) => parseTimestampResponse(bytes),
  pfx: (bytes) => parsePfx(bytes),
  'cfca-key-file': (bytes) => parseCfcaKeyFile(bytes),
  'enveloped-key': (bytes) => parseEnvelopedKey(bytes),
  'private-key': (bytes) => parsePrivateKey(bytes),
  'ec-private-key': (bytes) => parseEcPrivateKey(bytes),
  'rsa-private-key': (bytes) => parseRsaPrivateKey(bytes),
  'public-key': (bytes) => parsePublicKey(bytes),
  'sm2-ciphertext': (bytes) => decodeSm2Cipher(bytes),
  'login-token': (bytes) => parseLoginToken(jsonOf(bytes)),
  'ecdsa-signature': (bytes) => decodeEcdsaSignature(bytes),
};
