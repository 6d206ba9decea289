import { readDer } from '@onelock/core/asn1';
import { definiteLengths } from '@onelock/core/cms';
import { parseTimestampResponse, parseTimestampToken, requireGranted, type TimestampToken } from '@onelock/core/tsp';
import { messageLabels, readDerValues } from './files.ts';

/**
 * A time-stamp from a file: a token, or an authority's answer that grants one. They are told apart by their first value: an
 * answer begins with a status, a token with an identifier.
 *
 * @throws {CodedError} ERR_TIMESTAMP_…, ERR_CMS_…, ERR_DER_…, ERR_CLI_FILE_UNREADABLE
 */
export function readToken(file: string): TimestampToken {
  const [der = new Uint8Array(0)] = readDerValues(file, messageLabels);
  return isResponse(der) ? requireGranted(parseTimestampResponse(der)) : parseTimestampToken(der);
}

const sequence = 0x30;

function isResponse(der: Uint8Array): boolean {
  if (der[0] !== sequence) return false;
  return readDer(definiteLengths(der)).reader().nextIs(sequence);
}
