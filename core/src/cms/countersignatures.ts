import { oids, readDer } from '../asn1/index.ts';
import { CodedError } from '../errors/index.ts';
import { parseSigner } from './parse-signed-data.ts';
import type { SignerInfo } from './signed-data.ts';

/** Nobody has more witnesses; each costs a signature check. */
const maxCountersignatures = 16;

/**
 * The countersignatures among a signer's unsigned attributes.
 *
 * @throws {CodedError} ERR_CMS_ATTRIBUTE_INVALID { attribute: 'countersignature' } for too many, ERR_CMS_MALFORMED, ERR_DER_…
 */
export function readCountersignatures(signer: SignerInfo): readonly SignerInfo[] {
  const values = signer.unsignedAttributes
    .filter(({ oid }) => oid === oids.countersignature)
    .flatMap((attribute) => attribute.values);
  if (values.length > maxCountersignatures)
    throw new CodedError('ERR_CMS_ATTRIBUTE_INVALID', { attribute: 'countersignature' });
  return values.map((value) => parseSigner(readDer(value)));
}
