import { type DerNode, decodeString } from '../asn1/index.ts';
import { CodedError } from '../errors/index.ts';

const form = /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})(?:\.(\d{0,14}[1-9]))?Z$/;

/**
 * GeneralizedTime with the fraction that RFC 3161 §2.4.2 allows and certificates do not: no trailing zeros, `Z`, seconds
 * present. Anything finer than a millisecond is cut off.
 *
 * @throws {CodedError} ERR_TIMESTAMP_MALFORMED { field: 'genTime', offset }, also for a day or hour that does not exist
 */
export function generalizedTimeWithFraction(node: DerNode): Date {
  const match = form.exec(decodeString(node, 'VisibleString'));
  if (match === null) throw malformed(node);
  const [, year, month, day, hour, minute, second, fraction = ''] = match;
  const text = `${year}-${month}-${day}T${hour}:${minute}:${second}.${fraction.slice(0, 3).padEnd(3, '0')}Z`;
  const time = new Date(text);
  if (Number.isNaN(time.getTime()) || time.toISOString() !== text) throw malformed(node);
  return time;
}

function malformed(node: DerNode): CodedError {
  return new CodedError('ERR_TIMESTAMP_MALFORMED', { field: 'genTime', offset: node.offset });
}
