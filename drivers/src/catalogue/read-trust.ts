import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { decodePem } from '@onelock/core/bytes';
import { CodedError, isCodedError } from '@onelock/core/errors';
import { parseCertificate, sameName } from '@onelock/core/x509';
import type { DriverTrust } from '../manifest/index.ts';

export const noTrust: DriverTrust = { anchors: [], intermediates: [], crls: [] };

const certificateEndings = new Set(['.pem', '.crt', '.cer', '.der']);

/**
 * Reads whom this computer believes about drivers: every certificate of a folder, self-issued ones as anchors, the others as
 * intermediates, and every `.crl`. One folder or single files.
 *
 * @throws {CodedError} ERR_CLI_FILE_UNREADABLE for what cannot be read: trust is never guessed from half a folder
 */
export function readDriverTrust(places: readonly string[]): DriverTrust {
  const files = places.flatMap(filesOf);
  const certificates = files
    .filter((file) => certificateEndings.has(path.extname(file).toLowerCase()))
    .flatMap((file) => read(file, (bytes) => blocks(bytes, 'CERTIFICATE').map((der) => parseCertificate(der))));
  const selfIssued = (certificate: (typeof certificates)[number]): boolean =>
    sameName(certificate.subject, certificate.issuer);
  return {
    anchors: certificates.filter(selfIssued),
    intermediates: certificates.filter((certificate) => !selfIssued(certificate)),
    crls: files
      .filter((file) => path.extname(file).toLowerCase() === '.crl')
      .flatMap((file) => read(file, (bytes) => blocks(bytes, 'X509 CRL'))),
  };
}

function filesOf(place: string): readonly string[] {
  try {
    return readdirSync(place)
      .sort()
      .map((name) => path.join(place, name));
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOTDIR') return [place];
    throw new CodedError('ERR_CLI_FILE_UNREADABLE', { file: place }, { cause });
  }
}

function read<T>(file: string, parse: (bytes: Uint8Array) => T): T {
  try {
    return parse(new Uint8Array(readFileSync(file)));
  } catch (cause) {
    if (!isCodedError(cause) && !(cause instanceof Error && 'code' in cause)) throw cause;
    throw new CodedError('ERR_CLI_FILE_UNREADABLE', { file }, { cause });
  }
}

/** PEM and DER are told apart by content. */
function blocks(bytes: Uint8Array, label: string): readonly Uint8Array[] {
  const text = Buffer.from(bytes).toString('latin1');
  if (!text.includes('-----BEGIN ')) return [bytes];
  return decodePem(text)
    .filter((block) => block.label === label)
    .map((block) => block.bytes);
}
