import { equalBytes } from '../bytes/index.ts';
import type { Certificate } from '../x509/index.ts';
import { checkKeyStrength } from './algorithm-policy.ts';
import type { Budget } from './budget.ts';
import {
  checkAnchorRights,
  checkCriticalExtensions,
  checkIssuerPurposes,
  checkIssuerRights,
  checkLeafKeyUsage,
  checkLeafPurposes,
  checkRules,
  checkValidity,
} from './certificate-checks.ts';
import { NameConstraintSet } from './name-constraints.ts';
import type { PathInput, TrustAnchor } from './path-input.ts';
import { matchesPeerName } from './peer-name.ts';
import { PolicyState } from './policy-state.ts';
import { guarded, type PathProblem, problemOf } from './problem.ts';
import type { Profile } from './profile.ts';

/** What a whole path came to. */
export type PathOutcome =
  | { readonly problem: PathProblem }
  | { readonly problem: undefined; readonly policies: 'any' | readonly string[] };

export function isSelfIssued(certificate: Certificate): boolean {
  return equalBytes(certificate.subjectDer, certificate.issuerDer);
}

/**
 * RFC 5280 §6.1 for one path whose names chain and whose signatures the builder has verified: everything else, from the
 * anchor's side to the leaf.
 *
 * @param chain leaf first, the anchor not included
 */
export function checkPath(
  chain: readonly Certificate[],
  anchor: TrustAnchor,
  input: PathInput,
  profile: Profile,
  budget: Budget,
): PathOutcome {
  const state: PathState = {
    constraints: new NameConstraintSet(budget),
    policies: new PolicyState(chain.length, input.policies ?? {}),
    pathLength: Number.POSITIVE_INFINITY,
  };
  const problem = enterAnchor(anchor, chain, state, input, profile);
  if (problem !== undefined) return { problem };
  for (let index = chain.length - 1; index >= 0; index--) {
    const certificate = chain[index];
    if (certificate === undefined) continue;
    const met = guarded(certificate, () => enterCertificate(certificate, index, state, input, profile));
    if (met !== undefined) return { problem: met };
  }
  return finish(chain, state);
}

interface PathState {
  readonly constraints: NameConstraintSet;
  readonly policies: PolicyState;
  /** Intermediates that may still follow (max_path_length). */
  pathLength: number;
}

function enterAnchor(
  anchor: TrustAnchor,
  chain: readonly Certificate[],
  state: PathState,
  input: PathInput,
  profile: Profile,
): PathProblem | undefined {
  if (anchor.kind === 'name-and-key') {
    const child = chain.at(-1);
    return child && guarded(child, () => checkKeyStrength(child, anchor.publicKey, profile.algorithms));
  }
  const { certificate } = anchor;
  return guarded(certificate, () => {
    const problem =
      (profile.anchorValidity === 'required' ? checkValidity(certificate, input.at) : undefined) ??
      checkAnchorRights(certificate) ??
      checkCriticalExtensions(certificate) ??
      checkKeyStrength(certificate, certificate.publicKey, profile.algorithms) ??
      checkRules(certificate, 'anchor', profile) ??
      checkIssuerPurposes(certificate, profile.leaf, input.extendedKeyUsage ?? []);
    if (problem !== undefined) return problem;
    state.constraints.add(certificate.nameConstraints);
    state.policies.constrainByAnchor(certificate);
    state.pathLength = certificate.basicConstraints?.pathLength ?? state.pathLength;
    return undefined;
  });
}

/** §6.1.3 for every certificate, §6.1.4 for all but the leaf, §6.1.5 for the leaf. */
function enterCertificate(
  certificate: Certificate,
  index: number,
  state: PathState,
  input: PathInput,
  profile: Profile,
): PathProblem | undefined {
  const isLeaf = index === 0;
  const selfIssued = isSelfIssued(certificate);
  return (
    checkValidity(certificate, input.at) ??
    checkKeyStrength(
      certificate,
      certificate.publicKey,
      isLeaf ? profile.algorithms : { ...profile.algorithms, unsupportedKeys: 'refused' },
    ) ??
    (selfIssued && !isLeaf ? undefined : checkNames(certificate, state.constraints)) ??
    (state.policies.enter(certificate, isLeaf, selfIssued) ? undefined : problemOf(certificate, 'ERR_PATH_POLICY')) ??
    (isLeaf ? checkLeaf(certificate, input, profile) : prepareForNext(certificate, state, input, profile))
  );
}

function prepareForNext(
  certificate: Certificate,
  state: PathState,
  input: PathInput,
  profile: Profile,
): PathProblem | undefined {
  const selfIssued = isSelfIssued(certificate);
  const problem = checkIssuerRights(certificate);
  if (problem !== undefined) return problem;
  if (!selfIssued) {
    if (state.pathLength <= 0) return problemOf(certificate, 'ERR_PATH_LENGTH_EXCEEDED');
    state.pathLength -= 1;
  }
  state.pathLength = Math.min(state.pathLength, certificate.basicConstraints?.pathLength ?? state.pathLength);
  state.constraints.add(certificate.nameConstraints);
  if (!state.policies.prepareForNext(certificate, selfIssued)) return problemOf(certificate, 'ERR_PATH_POLICY');
  return (
    checkCriticalExtensions(certificate) ??
    checkRules(certificate, 'intermediate', profile) ??
    checkIssuerPurposes(certificate, profile.leaf, input.extendedKeyUsage ?? [])
  );
}

function checkLeaf(certificate: Certificate, input: PathInput, profile: Profile): PathProblem | undefined {
  return (
    checkCriticalExtensions(certificate) ??
    checkLeafKeyUsage(certificate, profile.leaf, {
      anyOf: [input.keyUsageAnyOf ?? []],
      allOf: input.keyUsage ?? [],
    }) ??
    checkLeafPurposes(certificate, profile.leaf, input.extendedKeyUsage ?? []) ??
    checkPeerName(certificate, input) ??
    checkRules(certificate, 'leaf', profile)
  );
}

function checkPeerName(certificate: Certificate, { peerName }: PathInput): PathProblem | undefined {
  if (peerName === undefined || matchesPeerName(certificate, peerName)) return undefined;
  return problemOf(certificate, 'ERR_PATH_PEER_NAME_MISMATCH', { expected: peerName.value });
}

function checkNames(certificate: Certificate, constraints: NameConstraintSet): PathProblem | undefined {
  const name = constraints.firstRefusedName(certificate);
  return name === undefined ? undefined : problemOf(certificate, 'ERR_PATH_NAME_CONSTRAINT', { name });
}

function finish(chain: readonly Certificate[], state: PathState): PathOutcome {
  const [leaf] = chain;
  if (leaf === undefined) return { problem: { reason: { code: 'ERR_PATH_UNKNOWN_ISSUER', params: { issuer: '' } } } };
  const outcome = state.policies.finish(leaf);
  return outcome === 'refused'
    ? { problem: problemOf(leaf, 'ERR_PATH_POLICY') }
    : { problem: undefined, policies: outcome.policies };
}
