import { oids } from '../asn1/index.ts';
import { CodedError } from '../errors/index.ts';
import { type Name, nameAttributes } from '../x509/index.ts';
import { declaredDeviations } from './declared.ts';
import type { Deviation, DeviationUse } from './deviation.ts';
import type { Symptom } from './symptom.ts';

export interface DeviationPolicy {
  /** The rows that count; {@link declaredDeviations} when absent. */
  readonly table?: readonly Deviation[] | undefined;
  /** The instant the question is asked for. */
  readonly at: Date;
}

/**
 * Finds the row of each symptom that was seen, for messages of the one who issued this certificate.
 *
 * @param issuer  of the certificate concerned (signer or recipient); undefined leaves only what is declared for everybody
 * @returns each symptom once, in the order seen
 * @throws {CodedError} ERR_DEVIATION_UNDECLARED { deviation, authority } for the first without a row that holds at `at`
 */
export function requireDeclared(
  seen: readonly Symptom[],
  issuer: Name | undefined,
  policy: DeviationPolicy,
): readonly DeviationUse[] {
  const table = policy.table ?? declaredDeviations;
  const day = policy.at.toISOString().slice(0, 10);
  return [...new Set(seen)].map((symptom) => {
    const row = table.find((each) => each.symptom === symptom && holds(each, day) && concerns(each, issuer));
    if (row === undefined) throw undeclared(symptom, issuer);
    return { symptom, authority: row.authority === 'any' ? 'any' : row.authority.name, until: row.until };
  });
}

function holds({ since, until }: Deviation, day: string): boolean {
  return since <= day && day <= until;
}

function concerns({ authority, except = [] }: Deviation, issuer: Name | undefined): boolean {
  if (issuer !== undefined && bearsOne(issuer, except)) return false;
  if (authority === 'any') return true;
  return issuer !== undefined && bearsOne(issuer, authority.issuers);
}

function bearsOne(issuer: Name, marks: readonly string[]): boolean {
  return textsOf(issuer).some((text) => marks.some((mark) => hasWord(text, mark)));
}

/** The mark as a whole word: `CFCA` is in `CFCA TEST SM2 OCA1` and not in `XCFCAB`. */
function hasWord(text: string, mark: string): boolean {
  return ` ${text} `.includes(` ${mark} `);
}

function textsOf(issuer: Name): readonly string[] {
  return [oids.organizationName, oids.commonName].flatMap((oid) => nameAttributes(issuer, oid));
}

function undeclared(deviation: Symptom, issuer: Name | undefined): CodedError {
  const authority = issuer === undefined ? '' : (textsOf(issuer)[0] ?? '');
  return new CodedError('ERR_DEVIATION_UNDECLARED', { deviation, authority });
}
