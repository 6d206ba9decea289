import { oids } from '@onelock/core/asn1';
import { type Deviation, declaredDeviations, type Symptom, symptoms } from '@onelock/core/deviations';
import { CodedError } from '@onelock/core/errors';
import { type Certificate, type Name, nameAttributes } from '@onelock/core/x509';
import type { CaProfile } from '../ports/registry-records.ts';
import type { Trust } from '../trust-registry.ts';

/** One departure that is allowed to a CA, from its first to its last day. */
export interface AllowedDeviation {
  readonly symptom: Symptom;
  /** YYYY-MM-DD in UTC. */
  readonly since: string;
  readonly until: string;
}

/** @throws {CodedError} ERR_REQUEST_INVALID for a symptom that no reader knows, a day that is none, or one that ends before it begins */
export function requireKnownDeviations(allowed: readonly AllowedDeviation[]): void {
  for (const [index, { symptom, since, until }] of allowed.entries()) {
    const refuse = (field: string, rule: string): CodedError =>
      new CodedError('ERR_REQUEST_INVALID', { field: `/deviations/${index}/${field}`, rule });
    if (!Object.hasOwn(symptoms, symptom)) throw refuse('symptom', Object.keys(symptoms).join(' | '));
    for (const [field, day] of [
      ['since', since],
      ['until', until],
    ] as const)
      if (Number.isNaN(Date.parse(`${day}T00:00:00Z`))) throw refuse(field, 'YYYY-MM-DD');
    if (until < since) throw refuse('until', 'not before since');
  }
}

/**
 * The table of deviations (docs/adr/0008) for messages by these certificates: what the registry allows to their CAs, before what the project
 * allows to everybody. A CA that is held to its own list (`declared-only`) has nothing of the latter.
 *
 * @returns undefined where the registry says nothing of these CAs: the project's own table counts
 */
export function deviationsFor(
  { authorities, profiles }: Pick<Trust, 'authorities' | 'profiles'>,
  certificates: readonly Certificate[],
): readonly Deviation[] | undefined {
  const issuers = new Map<string, Name[]>();
  for (const { issuer } of certificates)
    for (const { caId } of authorities.named(issuer)) issuers.set(caId, [...(issuers.get(caId) ?? []), issuer]);
  const own: Deviation[] = [];
  const strict: string[] = [];
  for (const [caId, names] of issuers) {
    const { deviations, deviationRule } = profiles.get(caId) ?? { deviations: [], deviationRule: 'usual' as const };
    if (deviations.length === 0 && deviationRule !== 'declared-only') continue;
    const marks = [...new Set(names.flatMap(marksOf))];
    if (marks.length === 0) continue;
    own.push(...deviations.map((allowed) => rowOf(allowed, { name: caId, issuers: marks })));
    if (deviationRule === 'declared-only') strict.push(...marks);
  }
  if (own.length === 0 && strict.length === 0) return undefined;
  return [...own, ...declaredDeviations.map((row) => ({ ...row, ...(strict.length > 0 && { except: strict }) }))];
}

function rowOf(
  { symptom, since, until }: AllowedDeviation,
  authority: Exclude<Deviation['authority'], 'any'>,
): Deviation {
  return { authority, symptom, since, until, rule: 'as the registry of CAs allows', vector: 'registry' };
}

/** An issuer is known by its common name, or where it has none by its organisation. */
function marksOf(name: Name): readonly string[] {
  const commonNames = nameAttributes(name, oids.commonName);
  return commonNames.length > 0 ? commonNames : nameAttributes(name, oids.organizationName);
}

/** Of a profile that was written when deviations were names alone. */
export function readAllowed(written: readonly (AllowedDeviation | string)[]): CaProfile['deviations'] {
  return written.flatMap((one) => (typeof one === 'string' ? [] : [one]));
}
