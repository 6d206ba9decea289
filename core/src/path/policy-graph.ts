import { oids } from '../asn1/index.ts';

/** One policy at one depth, RFC 9618 §5.1. */
interface PolicyNode {
  readonly policy: string;
  readonly parents: readonly PolicyNode[];
  /** Policies of the next certificate that satisfy this node. */
  expected: readonly string[];
}

/**
 * The valid_policy_graph of RFC 9618, which replaces the tree of RFC 5280 §6.1.2 (a): a policy stands once at each depth,
 * so the size stays in step with the certificates where the tree could grow exponentially.
 */
export class PolicyGraph {
  #layers: Map<string, PolicyNode>[];

  constructor() {
    const root: PolicyNode = { policy: oids.anyPolicy, parents: [], expected: [oids.anyPolicy] };
    this.#layers = [new Map([[root.policy, root]])];
  }

  /** True when nothing is left at the current depth: the graph is NULL in the words of the standard. */
  get isEmpty(): boolean {
    return this.#current.size === 0;
  }

  /** §5.3 (d): a new depth from a certificate's policies. `any`: whether its anyPolicy counts. */
  descend(policies: readonly string[], any: boolean): void {
    const parents = this.#current;
    const byExpected = parentsByExpected(parents);
    const anyParent = parents.get(oids.anyPolicy);
    const layer = new Map<string, PolicyNode>();
    const insert = (policy: string, above: readonly PolicyNode[]): void => {
      layer.set(policy, { policy, parents: above, expected: [policy] });
    };
    for (const policy of policies) {
      if (policy === oids.anyPolicy) continue;
      const above = byExpected.get(policy) ?? (anyParent === undefined ? [] : [anyParent]);
      if (above.length > 0) insert(policy, above);
    }
    if (any) for (const [policy, above] of byExpected) if (!layer.has(policy)) insert(policy, above);
    this.#layers.push(layer);
    this.#prune();
  }

  /** §5.4 (b) while mapping is allowed: what the next certificate calls the issuer's policy. */
  map(mappings: ReadonlyMap<string, readonly string[]>): void {
    for (const [issuerPolicy, subjectPolicies] of mappings) {
      const node = this.#current.get(issuerPolicy);
      if (node !== undefined) node.expected = subjectPolicies;
      else this.#mapFromAny(issuerPolicy, subjectPolicies);
    }
  }

  /** §5.4 (b) when mapping is inhibited: mapped policies end here. */
  remove(policies: Iterable<string>): void {
    for (const policy of policies) this.#current.delete(policy);
    this.#prune();
  }

  /** §5.5 (g): the authorities' policies, in the anchor's domain; `any` among them stands for all. */
  authorityPolicies(): ReadonlySet<string> {
    const policies = new Set<string>();
    if (this.#current.has(oids.anyPolicy)) policies.add(oids.anyPolicy);
    for (const layer of this.#layers)
      for (const node of layer.values())
        if (node.policy !== oids.anyPolicy && node.parents.some((parent) => parent.policy === oids.anyPolicy))
          policies.add(node.policy);
    return policies;
  }

  get #current(): Map<string, PolicyNode> {
    return this.#layers.at(-1) ?? new Map<string, PolicyNode>();
  }

  #mapFromAny(policy: string, expected: readonly string[]): void {
    const anyParent = this.#layers.at(-2)?.get(oids.anyPolicy);
    if (anyParent === undefined || !this.#current.has(oids.anyPolicy)) return;
    this.#current.set(policy, { policy, parents: [anyParent], expected });
  }

  /** §5.3 (d) (3): nodes that lead to nothing at the current depth go. */
  #prune(): void {
    for (let depth = this.#layers.length - 2; depth >= 0; depth--) {
      const used = new Set<PolicyNode>();
      for (const node of this.#layers[depth + 1]?.values() ?? []) for (const parent of node.parents) used.add(parent);
      const layer = this.#layers[depth];
      for (const [policy, node] of layer ?? []) if (!used.has(node)) layer?.delete(policy);
    }
  }
}

function parentsByExpected(parents: ReadonlyMap<string, PolicyNode>): Map<string, PolicyNode[]> {
  const byExpected = new Map<string, PolicyNode[]>();
  for (const parent of parents.values())
    for (const policy of parent.expected) {
      const list = byExpected.get(policy);
      if (list === undefined) byExpected.set(policy, [parent]);
      else list.push(parent);
    }
  return byExpected;
}
