import { contextConstructed, derTag, oids, readDer } from '../asn1/index.ts';
import { parseSignedData, type SignedData } from '../cms/index.ts';
import { CodedError } from '../errors/index.ts';
import { parseTstInfo, type TstInfo } from './tst-info.ts';

/** A parsed TimeStampToken: nothing is verified. */
export interface TimestampToken {
  readonly der: Uint8Array;
  readonly signedData: SignedData;
  readonly info: TstInfo;
}

/**
 * Parses a TimeStampToken (RFC 3161 §2.4.2): SignedData of PKCS#7 or of GM/T 0010 around TSTInfo, with exactly one signer.
 * An evidence record of RFC 4998 is recognised and refused by name.
 *
 * @throws {CodedError} ERR_TIMESTAMP_FORM_UNSUPPORTED { form }, ERR_TIMESTAMP_MALFORMED { field, offset }, ERR_CMS_…, ERR_DER_…
 */
export function parseTimestampToken(der: Uint8Array): TimestampToken {
  if (looksLikeEvidenceRecord(der)) throw new CodedError('ERR_TIMESTAMP_FORM_UNSUPPORTED', { form: 'RFC 4998' });
  const signedData = parseSignedData(der);
  const { content, contentType, signers } = signedData;
  if (contentType !== oids.tstInfo || content === null) throw malformed('encapContentInfo');
  if (signers.length !== 1) throw malformed('signerInfos');
  return { der, signedData, info: parseTstInfo(content) };
}

/**
 * EvidenceRecord of RFC 4998 §3.1 begins with version 1 and a list of digest algorithms, where a token begins with an OID.
 * An XML evidence record (RFC 6283) begins like any XML document.
 */
function looksLikeEvidenceRecord(der: Uint8Array): boolean {
  if (der[0] === 0x3c) return true;
  if (der[0] !== derTag.sequence) return false;
  const fields = readDer(der).reader();
  if (fields.optional(derTag.integer) === undefined) return false;
  return fields.nextIs(derTag.sequence) || fields.nextIs(contextConstructed(0));
}

function malformed(field: string): CodedError {
  return new CodedError('ERR_TIMESTAMP_MALFORMED', { field, offset: 0 });
}
