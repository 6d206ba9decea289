import { bitStringValue, derTag, readDer, smallIntegerValue, stringValue } from '../asn1/index.ts';
import { definiteLengths } from '../cms/index.ts';
import { CodedError } from '../errors/index.ts';
import { parseTimestampToken, type TimestampToken } from './token.ts';

/** PKIStatus of RFC 3161 §2.4.2. */
export type TimestampStatus =
  | 'granted'
  | 'grantedWithMods'
  | 'rejection'
  | 'waiting'
  | 'revocationWarning'
  | 'revocationNotification';

const statuses: readonly TimestampStatus[] = [
  'granted',
  'grantedWithMods',
  'rejection',
  'waiting',
  'revocationWarning',
  'revocationNotification',
];

/** PKIFailureInfo of RFC 3161 §2.4.2, by bit. */
const failures: ReadonlyMap<number, string> = new Map([
  [0, 'badAlg'],
  [2, 'badRequest'],
  [5, 'badDataFormat'],
  [14, 'timeNotAvailable'],
  [15, 'unacceptedPolicy'],
  [16, 'unacceptedExtension'],
  [17, 'addInfoNotAvailable'],
  [25, 'systemFailure'],
]);

export interface TimestampResponse {
  readonly status: TimestampStatus;
  /** What the authority says for people, at most 200 characters. */
  readonly text: string;
  readonly failure: readonly string[];
  /** null unless granted. */
  readonly token: TimestampToken | null;
}

/**
 * Parses TimeStampResp, RFC 3161 §2.4.2. A granted answer has a token, any other has none.
 *
 * @throws {CodedError} ERR_TIMESTAMP_MALFORMED { field, offset }, and what parsing the token throws
 */
export function parseTimestampResponse(der: Uint8Array): TimestampResponse {
  const fields = readDer(definiteLengths(der)).sequence();
  const statusNode = fields.read(derTag.sequence);
  const info = statusNode.reader();
  const status = statuses[smallIntegerValue(info.next())];
  const texts = info.optional(derTag.sequence);
  const failureNode = info.optional(derTag.bitString);
  info.finish();
  const tokenNode = fields.optional(derTag.sequence);
  fields.finish();
  const granted = status === 'granted' || status === 'grantedWithMods';
  if (status === undefined || granted !== (tokenNode !== undefined))
    throw new CodedError('ERR_TIMESTAMP_MALFORMED', { field: 'status', offset: statusNode.offset });
  const text = texts === undefined ? '' : texts.reader().rest().map(stringValue).join(' ').slice(0, 200);
  return {
    status,
    text,
    failure: failureNode === undefined ? [] : namesOf(bitStringValue(failureNode).bytes),
    token: tokenNode === undefined ? null : parseTimestampToken(tokenNode.der),
  };
}

/** @throws {CodedError} ERR_TIMESTAMP_REFUSED { status } unless a token was granted */
export function requireGranted(response: TimestampResponse): TimestampToken {
  if (response.token !== null) return response.token;
  const status = [response.status, ...response.failure].join(' ');
  throw new CodedError('ERR_TIMESTAMP_REFUSED', { status });
}

function namesOf(bits: Uint8Array): readonly string[] {
  return [...failures].filter(([bit]) => ((bits[bit >> 3] ?? 0) & (0x80 >> (bit & 7))) !== 0).map(([, name]) => name);
}
