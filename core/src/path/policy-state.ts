import { oids } from '../asn1/index.ts';
import type { Certificate, PolicyMapping } from '../x509/index.ts';
import { PolicyGraph } from './policy-graph.ts';
import type { PolicyRequirements } from './policy-requirements.ts';

/** What became of policies: the OIDs a path is valid for, or that it is valid for none although it must be. */
export type PolicyOutcome = { readonly policies: 'any' | readonly string[] } | 'refused';

/**
 * Policy processing of RFC 5280 §6.1.2–§6.1.5 as updated by RFC 9618, one certificate after another from the anchor's
 * side to the leaf.
 */
export class PolicyState {
  readonly #acceptable: 'any' | readonly string[];
  /** undefined: no certificate has been entered yet. Most paths know no policies and never need one. */
  #graph: PolicyGraph | null | undefined;
  #explicit: number;
  #mapping: number;
  #any: number;

  /** @param length  certificates in the path, the anchor not counted */
  constructor(length: number, requirements: PolicyRequirements) {
    this.#acceptable = requirements.acceptable ?? 'any';
    this.#explicit = requirements.explicit === true ? 0 : length + 1;
    this.#mapping = requirements.inhibitMapping === true ? 0 : length + 1;
    this.#any = requirements.inhibitAny === true ? 0 : length + 1;
  }

  /** RFC 5937 §3.2: constraints in the anchor's own certificate bind the path as well. */
  constrainByAnchor(anchor: Certificate): void {
    this.#tighten(anchor);
  }

  /** §6.1.3 (d) (e) (f). False: refused. */
  enter(certificate: Certificate, isLast: boolean, isSelfIssued: boolean): boolean {
    const policies = certificate.certificatePolicies?.map(({ policy }) => policy);
    if (policies === undefined) this.#graph = null;
    else {
      const graph = this.#graph === undefined ? new PolicyGraph() : this.#graph;
      graph?.descend(policies, policies.includes(oids.anyPolicy) && (this.#any > 0 || (!isLast && isSelfIssued)));
      this.#graph = graph?.isEmpty === true ? null : graph;
    }
    return this.#explicit > 0 || this.#graph !== null;
  }

  /** §6.1.4 (a) (b) (h) (i) (j), for every certificate but the last. False: refused. */
  prepareForNext(certificate: Certificate, isSelfIssued: boolean): boolean {
    const mappings = certificate.policyMappings;
    if (mappings !== undefined) {
      const mapsAny = mappings.some(
        ({ issuerDomainPolicy, subjectDomainPolicy }) =>
          issuerDomainPolicy === oids.anyPolicy || subjectDomainPolicy === oids.anyPolicy,
      );
      if (mapsAny) return false;
      this.#applyMappings(mappings);
    }
    if (!isSelfIssued) {
      this.#explicit = Math.max(0, this.#explicit - 1);
      this.#mapping = Math.max(0, this.#mapping - 1);
      this.#any = Math.max(0, this.#any - 1);
    }
    this.#tighten(certificate);
    return true;
  }

  /** §6.1.5 (a) (b) (g). */
  finish(leaf: Certificate): PolicyOutcome {
    this.#explicit = Math.max(0, this.#explicit - 1);
    if (leaf.policyConstraints?.requireExplicitPolicy === 0) this.#explicit = 0;
    const authority = this.#graph?.authorityPolicies() ?? new Set<string>();
    const any = authority.has(oids.anyPolicy);
    const accepted = this.#accepted(authority, any);
    if (this.#explicit === 0 && accepted.length === 0) return 'refused';
    return { policies: any && this.#acceptable === 'any' ? 'any' : accepted };
  }

  #accepted(authority: ReadonlySet<string>, any: boolean): readonly string[] {
    if (this.#acceptable === 'any' || this.#acceptable.includes(oids.anyPolicy)) return [...authority];
    return this.#acceptable.filter((policy) => any || authority.has(policy));
  }

  #applyMappings(mappings: readonly PolicyMapping[]): void {
    const byIssuer = new Map<string, string[]>();
    for (const { issuerDomainPolicy, subjectDomainPolicy } of mappings) {
      const list = byIssuer.get(issuerDomainPolicy);
      if (list === undefined) byIssuer.set(issuerDomainPolicy, [subjectDomainPolicy]);
      else list.push(subjectDomainPolicy);
    }
    if (this.#mapping > 0) this.#graph?.map(byIssuer);
    else this.#graph?.remove(byIssuer.keys());
    if (this.#graph?.isEmpty === true) this.#graph = null;
  }

  #tighten(certificate: Certificate): void {
    const constraints = certificate.policyConstraints;
    this.#explicit = Math.min(this.#explicit, constraints?.requireExplicitPolicy ?? this.#explicit);
    this.#mapping = Math.min(this.#mapping, constraints?.inhibitPolicyMapping ?? this.#mapping);
    this.#any = Math.min(this.#any, certificate.inhibitAnyPolicy ?? this.#any);
  }
}
