import { derExplicit, derOid, derSequence, derSetOf, derTag, oids, readDer } from '../asn1/index.ts';
import { compareBytes, concatBytes } from '../bytes/index.ts';
import { CodedError } from '../errors/index.ts';
import { definiteLengths } from './ber.ts';

/** Attributes that may be added after signing: what is signed does not change. */
export type LaterAttribute = 'timeStampToken' | 'certificateValues' | 'revocationValues' | 'countersignature';

/**
 * Adds an unsigned attribute to one signer of a message, e.g. the time-stamp of its signature (CAdES-T). Everything signed
 * keeps its octets.
 *
 * @param signer  position in the message, from 0
 * @param value  DER of the attribute's value
 * @throws {CodedError} ERR_CMS_MALFORMED, ERR_DER_…
 */
export function addUnsignedAttribute(
  message: Uint8Array,
  signer: number,
  name: LaterAttribute,
  value: Uint8Array,
): Uint8Array {
  const info = readDer(definiteLengths(message)).sequence();
  const type = info.next();
  const fields = info.next().reader().next().sequence().rest();
  const signersNode = fields.at(-1);
  const signers = signersNode?.expect(derTag.set).reader().rest() ?? [];
  const chosen = signers[signer];
  if (signersNode === undefined || chosen === undefined)
    throw new CodedError('ERR_CMS_MALFORMED', { field: 'signerInfos', offset: signersNode?.offset ?? 0 });
  const parts = chosen.sequence().rest();
  const existing = parts.at(-1)?.tag === 0xa1 ? parts.at(-1) : undefined;
  const attributes =
    existing === undefined
      ? []
      : existing
          .reader()
          .rest()
          .map(({ der }) => der);
  const added = [...attributes, derSequence(derOid(oids[name]), derSetOf(value))].sort(compareBytes);
  const kept = existing === undefined ? parts : parts.slice(0, -1);
  const replaced = derSequence(...kept.map(({ der }) => der), derExplicit(1, ...added));
  const rebuilt = signers.map((node, index) => (index === signer ? replaced : node.der));
  return derSequence(
    type.der,
    derExplicit(0, derSequence(concatBytes(...fields.slice(0, -1).map(({ der }) => der)), derSetOf(...rebuilt))),
  );
}
