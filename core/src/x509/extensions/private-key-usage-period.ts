import { type DerNode, readDer } from '../../asn1/reader.ts';
import { contextPrimitive, derTag } from '../../asn1/tags.ts';
import { timeMilliseconds } from '../../asn1/time.ts';
import { derValue } from '../../asn1/writer.ts';
import { CodedError } from '../../errors/coded-error.ts';

/** When the private key may be used, where that is less than the certificate's period; one of the two is there. */
export interface PrivateKeyUsagePeriod {
  readonly notBefore: Date | undefined;
  readonly notAfter: Date | undefined;
}

/** GB/T 20518, RFC 3280 §4.2.1.4: two GeneralizedTimes under implicit tags. */
export function parsePrivateKeyUsagePeriod(node: DerNode): PrivateKeyUsagePeriod {
  const fields = node.sequence();
  const notBefore = fields.optional(contextPrimitive(0));
  const notAfter = fields.optional(contextPrimitive(1));
  if (!fields.atEnd || (notBefore === undefined && notAfter === undefined))
    throw new CodedError('ERR_X509_MALFORMED', { field: 'privateKeyUsagePeriod', offset: node.offset });
  return { notBefore: notBefore && timeIn(notBefore), notAfter: notAfter && timeIn(notAfter) };
}

function timeIn({ content }: DerNode): Date {
  return new Date(timeMilliseconds(readDer(derValue(derTag.generalizedTime, content))));
}
