import { checkDer } from '@onelock/core/asn1';
import { decodePem, utf8Decode } from '@onelock/core/bytes';
import { embeddedCertificates, parseMessage } from '@onelock/core/cms';
import { parsePrivateKey, parsePublicKey } from '@onelock/core/crypto';
import { CodedError, isCodedError } from '@onelock/core/errors';
import { parseCertificateList } from '@onelock/core/revocation';
import { checkCertificateEncoding, parseCertificate } from '@onelock/core/x509';

/** Reads bytes whole: what it decodes on demand is decoded as well. @throws {CodedError} */
export interface FuzzParser {
  readonly name: string;
  readonly parse: (bytes: Uint8Array) => void;
}

const der: FuzzParser = { name: 'der', parse: (bytes) => void checkDer(bytes) };

const certificate: FuzzParser = {
  name: 'certificate',
  parse: (bytes) => checkCertificateEncoding(parseCertificate(bytes)),
};

const pem: FuzzParser = {
  name: 'pem',
  parse: (bytes) => {
    if (decodePem(utf8Decode(bytes)).length === 0) throw new CodedError('ERR_BYTES_PEM_INVALID', { line: 1 });
  },
};

const list: FuzzParser = { name: 'crl', parse: (bytes) => void parseCertificateList(bytes) };

const message: FuzzParser = {
  name: 'message',
  parse: (bytes) => {
    const parsed = parseMessage(bytes);
    if (parsed.kind === 'signed') embeddedCertificates(parsed.message);
  },
};

/** OpenSSL's `decoder` corpus: whatever may be a key, a certificate or a block of PEM. */
const anything: FuzzParser = {
  name: 'anything',
  parse: (bytes) =>
    firstThatReads(bytes, [
      certificate,
      { name: 'private-key', parse: (input) => void parsePrivateKey(input) },
      { name: 'public-key', parse: (input) => void parsePublicKey(input) },
      pem,
    ]),
};

/** By what the folder's name says the bytes pretend to be. A form that nobody here reads is read as DER. */
const parsers: Readonly<Record<string, FuzzParser>> = {
  x509: certificate,
  crl: list,
  cms: message,
  smime: message,
  pem,
  decoder: anything,
  asn1: der,
  asn1parse: der,
  acert: der,
  v3name: der,
};

export const parserFor = (folder: string): FuzzParser => parsers[folder] ?? der;

function firstThatReads(bytes: Uint8Array, candidates: readonly FuzzParser[]): void {
  let refusal: CodedError | undefined;
  for (const { parse } of candidates) {
    try {
      parse(bytes);
      return;
    } catch (error) {
      if (!isCodedError(error)) throw error;
      refusal ??= error;
    }
  }
  if (refusal !== undefined) throw refusal;
}
