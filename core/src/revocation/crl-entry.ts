import { type DerNode, derTag, oids, smallIntegerValue, timeValue } from '../asn1/index.ts';
import { type GeneralName, parseGeneralNames } from '../x509/index.ts';
import { parseExtensions, unknownCritical } from './extensions.ts';
import { malformed } from './malformed.ts';
import { type RevocationReason, reasonOfCode } from './reasons.ts';

/** What a list says of one certificate. */
export interface CrlEntry {
  readonly serialNumberBytes: Uint8Array;
  readonly revocationDate: Date;
  readonly reason: RevocationReason;
  /** Since when the key is thought to have been bad, before the CA was told (RFC 5280 §5.3.2). */
  readonly invalidityDate: Date | undefined;
}

export interface EntryExtensions {
  readonly reason: RevocationReason;
  readonly invalidityDate: Date | undefined;
  readonly certificateIssuer: readonly GeneralName[] | undefined;
  readonly unknownCritical: string | undefined;
}

const knownExtensions: ReadonlySet<string> = new Set([oids.crlReason, oids.invalidityDate, oids.certificateIssuer]);

export const noEntryExtensions: EntryExtensions = {
  reason: 'unspecified',
  invalidityDate: undefined,
  certificateIssuer: undefined,
  unknownCritical: undefined,
};

/** RFC 5280 §5.3. @throws {CodedError} ERR_REVOCATION_MALFORMED, ERR_X509_…, ERR_DER_… */
export function parseEntryExtensions(node: DerNode): EntryExtensions {
  const extensions = parseExtensions(node, 'CRL');
  const value = (oid: string): DerNode | undefined =>
    extensions.find((extension) => extension.oid === oid)?.octets.nested();
  const reason = value(oids.crlReason);
  const invalidity = value(oids.invalidityDate);
  const issuer = value(oids.certificateIssuer);
  return {
    reason: reason === undefined ? 'unspecified' : reasonOfCode(smallIntegerValue(reason, 255, derTag.enumerated)),
    invalidityDate: invalidity && timeValue(invalidity.expect(derTag.generalizedTime)),
    certificateIssuer: issuer && issuerNames(issuer),
    unknownCritical: unknownCritical(extensions, knownExtensions),
  };
}

/** Names of a certificate's issuer, of which one must be a distinguished name to compare with. */
function issuerNames(node: DerNode): readonly GeneralName[] {
  const names = parseGeneralNames(node.expect(derTag.sequence));
  if (!names.some(({ kind }) => kind === 'directory')) throw malformed('CRL', 'certificateIssuer', node.offset);
  return names;
}
