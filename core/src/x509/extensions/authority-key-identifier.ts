import type { DerNode } from '../../asn1/reader.ts';
import { contextConstructed, contextPrimitive } from '../../asn1/tags.ts';
import { integerBytes } from '../../asn1/values.ts';
import { CodedError } from '../../errors/coded-error.ts';
import { type GeneralName, parseGeneralNames } from '../general-name.ts';
import { formatSerialNumber } from '../serial-number.ts';

export interface AuthorityKeyIdentifier {
  readonly keyIdentifier: Uint8Array | undefined;
  /** Issuer of the issuer's certificate; stands together with its serial number or not at all. */
  readonly authorityCertIssuer: readonly GeneralName[] | undefined;
  /** As {@link Certificate.serialNumber}. */
  readonly authorityCertSerialNumber: string | undefined;
}

/** RFC 5280 §4.2.1.1. */
export function parseAuthorityKeyIdentifier(node: DerNode): AuthorityKeyIdentifier {
  const fields = node.sequence();
  const keyIdentifier = fields.optional(contextPrimitive(0))?.content;
  const issuer = fields.optional(contextConstructed(1));
  const serial = fields.optional(contextPrimitive(2));
  if (!fields.atEnd || (issuer === undefined) !== (serial === undefined))
    throw new CodedError('ERR_X509_MALFORMED', { field: 'authorityKeyIdentifier', offset: node.offset });
  return {
    keyIdentifier,
    authorityCertIssuer: issuer === undefined ? undefined : parseGeneralNames(issuer),
    authorityCertSerialNumber:
      serial === undefined ? undefined : formatSerialNumber(integerBytes(serial, contextPrimitive(2))),
  };
}
