import {
  booleanValue,
  contextConstructed,
  contextPrimitive,
  type DerNode,
  type DerReader,
  derTag,
  integerBytes,
  oidValue,
  readDer,
  smallIntegerValue,
} from '../asn1/index.ts';
import { CodedError } from '../errors/index.ts';
import { formatSerialNumber, type GeneralName, parseGeneralName } from '../x509/index.ts';
import { generalizedTimeWithFraction } from './generalized-time.ts';
import { type MessageImprint, parseImprint } from './imprint.ts';

/** TSTInfo of RFC 3161 §2.4.2: what the authority says. */
export interface TstInfo {
  /** Dotted OID of the policy under which it was stamped. */
  readonly policy: string;
  readonly imprint: MessageImprint;
  /** Hexadecimal. */
  readonly serialNumber: string;
  /** Milliseconds are what is left of a finer fraction. */
  readonly time: Date;
  /** Microseconds; null when not stated. The real time lies within `time ± accuracy`. */
  readonly accuracyMicroseconds: number | null;
  /** true: any two stamps of this authority can be ordered by their time, whatever the accuracy. */
  readonly ordering: boolean;
  /** Contents of the INTEGER; null when there is none. */
  readonly nonce: Uint8Array | null;
  /** The name that the authority gives itself. */
  readonly authority: GeneralName | null;
}

/** @throws {CodedError} ERR_TIMESTAMP_MALFORMED { field, offset }, ERR_DER_… */
export function parseTstInfo(der: Uint8Array): TstInfo {
  const fields = readDer(der).sequence();
  const versionNode = fields.next();
  if (smallIntegerValue(versionNode) !== 1) throw malformed('version', versionNode);
  const policy = oidValue(fields.next());
  const imprint = parseImprint(fields.next());
  const serialNumber = formatSerialNumber(integerBytes(fields.next()));
  const time = generalizedTimeWithFraction(fields.read(derTag.generalizedTime));
  const accuracy = fields.optional(derTag.sequence);
  const ordering = fields.optional(derTag.boolean);
  const nonce = fields.optional(derTag.integer);
  const authority = explicitName(fields);
  const extensions = fields.optional(contextConstructed(1));
  fields.finish();
  if (extensions !== undefined) refuseCriticalExtensions(extensions);
  return {
    policy,
    imprint,
    serialNumber,
    time,
    accuracyMicroseconds: accuracy === undefined ? null : parseAccuracy(accuracy),
    ordering: ordering !== undefined && booleanValue(ordering),
    nonce: nonce === undefined ? null : integerBytes(nonce),
    authority,
  };
}

/** Seconds, milliseconds (1–999) and microseconds (1–999), each may be absent. */
function parseAccuracy(node: DerNode): number {
  const fields = node.reader();
  const seconds = fields.optional(derTag.integer);
  const millis = fields.optional(contextPrimitive(0));
  const micros = fields.optional(contextPrimitive(1));
  fields.finish();
  return (
    (seconds === undefined ? 0 : smallIntegerValue(seconds, 86_400) * 1_000_000) +
    (millis === undefined ? 0 : smallIntegerValue(millis, 999, contextPrimitive(0)) * 1000) +
    (micros === undefined ? 0 : smallIntegerValue(micros, 999, contextPrimitive(1)))
  );
}

function explicitName(fields: DerReader): GeneralName | null {
  const wrapper = fields.optional(contextConstructed(0))?.reader();
  if (wrapper === undefined) return null;
  const name = parseGeneralName(wrapper.next());
  wrapper.finish();
  return name;
}

/** An extension that must be understood and is not makes the token unusable (RFC 5280 §4.2 on Extensions). */
function refuseCriticalExtensions(node: DerNode): void {
  for (const each of node.reader().rest()) {
    const fields = each.sequence();
    fields.read(derTag.objectIdentifier);
    const critical = fields.optional(derTag.boolean);
    fields.read(derTag.octetString);
    fields.finish();
    if (critical !== undefined && booleanValue(critical)) throw malformed('extensions', each);
  }
}

function malformed(field: string, node: DerNode): CodedError {
  return new CodedError('ERR_TIMESTAMP_MALFORMED', { field, offset: node.offset });
}
