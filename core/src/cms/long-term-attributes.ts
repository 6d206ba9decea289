import {
  contextConstructed,
  derExplicit,
  derOctetString,
  derOid,
  derSequence,
  derTag,
  derValue,
  oids,
  oidValue,
  readDer,
  stringValue,
} from '../asn1/index.ts';
import { CodedError } from '../errors/index.ts';
import type { Attribute, SignerInfo } from './signed-data.ts';

/** Far beyond any honest signature. */
const maxValues = 64;

/** DER of each signature time-stamp token (CAdES-T, RFC 5126 §6.1.1): each stamps the signature's octets. */
export function signatureTimestamps(signer: SignerInfo): readonly Uint8Array[] {
  return valuesOf(signer.unsignedAttributes, 'timeStampToken');
}

/** What a signer brought along so that the signature can be judged later (CAdES-LT, RFC 5126 §6.3). Evidence, never trust. */
export interface LongTermValues {
  /** DER of certificates. */
  readonly certificates: readonly Uint8Array[];
  /** DER of CRLs. */
  readonly crls: readonly Uint8Array[];
  /** DER of OCSPResponse. */
  readonly ocspResponses: readonly Uint8Array[];
}

/** certificate-values and revocation-values. @throws {CodedError} ERR_CMS_ATTRIBUTE_INVALID, ERR_DER_… */
export function longTermValues(signer: SignerInfo): LongTermValues {
  const certificates = valuesOf(signer.unsignedAttributes, 'certificateValues').flatMap((value) =>
    readDer(value)
      .sequence()
      .rest()
      .map(({ der }) => der),
  );
  const crls: Uint8Array[] = [];
  const ocspResponses: Uint8Array[] = [];
  for (const value of valuesOf(signer.unsignedAttributes, 'revocationValues')) {
    const fields = readDer(value).sequence();
    const lists = fields.optional(contextConstructed(0))?.reader();
    const responses = fields.optional(contextConstructed(1))?.reader();
    fields.optional(contextConstructed(2));
    fields.finish();
    for (const { der } of lists?.sequence().rest() ?? []) crls.push(der);
    for (const { der } of responses?.sequence().rest() ?? []) ocspResponses.push(ocspResponseAround(der));
  }
  for (const list of [certificates, crls, ocspResponses])
    if (list.length > maxValues) throw new CodedError('ERR_CMS_ATTRIBUTE_INVALID', { attribute: 'revocationValues' });
  return { certificates, crls, ocspResponses };
}

/** What the content is, in the signer's words (content hints, RFC 2634 §2.9); null when not said. */
export interface ContentHint {
  readonly description: string | null;
  /** OID of the innermost content. */
  readonly contentType: string;
}

/** @throws {CodedError} ERR_CMS_ATTRIBUTE_INVALID { attribute: 'contentHint' } when it stands twice, ERR_DER_… */
export function contentHint(signer: SignerInfo): ContentHint | null {
  const [value, more] = valuesOf(signer.signedAttributes ?? [], 'contentHint');
  if (value === undefined) return null;
  if (more !== undefined) throw new CodedError('ERR_CMS_ATTRIBUTE_INVALID', { attribute: 'contentHint' });
  const fields = readDer(value).sequence();
  const description = fields.optional(derTag.utf8String);
  const contentType = oidValue(fields.next());
  fields.finish();
  return { description: description === undefined ? null : stringValue(description), contentType };
}

function valuesOf(
  attributes: readonly Attribute[],
  name: 'timeStampToken' | 'certificateValues' | 'revocationValues' | 'contentHint',
): readonly Uint8Array[] {
  const values = attributes.filter(({ oid }) => oid === oids[name]).flatMap((attribute) => attribute.values);
  if (values.length > maxValues) throw new CodedError('ERR_CMS_ATTRIBUTE_INVALID', { attribute: name });
  return values;
}

/** OCSPResponse { successful, id-pkix-ocsp-basic, response } of RFC 6960 §4.2.1. */
function ocspResponseAround(basic: Uint8Array): Uint8Array {
  const bytes = derSequence(derOid(oids.ocspBasicResponse), derOctetString(basic));
  return derSequence(derValue(derTag.enumerated, Uint8Array.of(0)), derExplicit(0, bytes));
}
