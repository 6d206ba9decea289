import { explicitFields, type TrustQuestion } from './gather-evidence.ts';

/**
 * By whose word a report was made. A report that the service has signed is shown to others, and whoever reads it must not take what the caller
 * brought for what the province trusts, nor a signature over one content for one over another.
 */
export interface ReportBasis {
  /** `registry`: the CAs of the province. `question`: anchors that the caller brought. `key`: a bare key that the caller named; nobody vouches for it. */
  readonly trust: 'registry' | 'question' | 'key';
  /** Fields by which the caller replaced the service's own judgement: anchors, time, profile, evidence. */
  readonly given: readonly string[];
  /** `sm3:` and digests of what was judged, and by what: anchors, evidence, content, certificate or key. */
  readonly [what: string]: unknown;
}

const told = [
  ...(['at', 'profile', 'revocation', 'trustAnchors', 'crls', 'ocspResponses', 'content', 'contentDigests'] as const),
  ...(['digest', 'certificate', 'publicKey', 'algorithm', 'userId'] as const),
];

/** @param details  of the judgement's record, as the audit log keeps them */
export function reportBasis(question: TrustQuestion, details: Readonly<Record<string, unknown>>): ReportBasis {
  const given = explicitFields.filter((field) => question[field] !== undefined);
  const trust = question.trustAnchors !== undefined ? 'question' : 'publicKey' in details ? 'key' : 'registry';
  const facts = told.flatMap((name) => (details[name] === undefined ? [] : [[name, details[name]] as const]));
  return { trust, given, ...Object.fromEntries(facts) };
}
