import type { Certificate } from '../x509/index.ts';
import { checkKeyStrength } from './algorithm-policy.ts';
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
import type { PathInput } from './path-input.ts';
import type { PathState } from './path-state.ts';
import { matchesPeerName } from './peer-name.ts';
import { type PathProblem, problemOf } from './problem.ts';
import type { Profile } from './profile.ts';

/** What a constraint looks at: one certificate in its place, and what is known from the anchor's side down to it. */
export interface ConstraintContext {
  readonly certificate: Certificate;
  readonly selfIssued: boolean;
  readonly state: PathState;
  readonly input: PathInput;
  readonly profile: Profile;
}

/** One thing that must hold, by name, with the clause that says so. Some carry the state on for those below. */
export interface Constraint {
  readonly name: string;
  readonly clause: string;
  readonly check: (context: ConstraintContext) => PathProblem | undefined;
}

const validity: Constraint = {
  name: 'validity',
  clause: 'RFC 5280 §6.1.3 (a) (2)',
  check: ({ certificate, input }) => checkValidity(certificate, input.at),
};

const names: Constraint = {
  name: 'name-constraints',
  clause: 'RFC 5280 §6.1.3 (b) (c)',
  check: ({ certificate, state }) => {
    const name = state.constraints.firstRefusedName(certificate);
    return name === undefined ? undefined : problemOf(certificate, 'ERR_PATH_NAME_CONSTRAINT', { name });
  },
};

const policies = (isLeaf: boolean): Constraint => ({
  name: 'policies',
  clause: 'RFC 9618 §5.3 (d) (e) (f)',
  check: ({ certificate, selfIssued, state }) =>
    state.policies.enter(certificate, isLeaf, selfIssued) ? undefined : problemOf(certificate, 'ERR_PATH_POLICY'),
});

const keyStrength: Constraint = {
  name: 'key-strength',
  clause: 'NIST SP 800-131A §3; GM/T 0015',
  check: ({ certificate, profile }) => checkKeyStrength(certificate, certificate.publicKey, profile.algorithms),
};

const issuerKeyStrength: Constraint = {
  ...keyStrength,
  check: ({ certificate, profile }) =>
    checkKeyStrength(certificate, certificate.publicKey, { ...profile.algorithms, unsupportedKeys: 'refused' }),
};

const criticalExtensions: Constraint = {
  name: 'critical-extensions',
  clause: 'RFC 5280 §6.1.4 (o), §6.1.5 (f)',
  check: ({ certificate }) => checkCriticalExtensions(certificate),
};

const issuerRights: Constraint = {
  name: 'issuer-is-ca',
  clause: 'RFC 5280 §6.1.4 (k) (n)',
  check: ({ certificate }) => checkIssuerRights(certificate),
};

const pathLength: Constraint = {
  name: 'path-length',
  clause: 'RFC 5280 §6.1.4 (l) (m)',
  check: ({ certificate, selfIssued, state }) => {
    if (!selfIssued) {
      if (state.pathLength <= 0) return problemOf(certificate, 'ERR_PATH_LENGTH_EXCEEDED');
      state.pathLength -= 1;
    }
    state.pathLength = Math.min(state.pathLength, certificate.basicConstraints?.pathLength ?? state.pathLength);
    return undefined;
  },
};

const constrainBelow: Constraint = {
  name: 'name-constraints-gathered',
  clause: 'RFC 5280 §6.1.4 (g)',
  check: ({ certificate, state }) => {
    state.constraints.add(certificate.nameConstraints);
    return undefined;
  },
};

const policiesBelow: Constraint = {
  name: 'policies-prepared',
  clause: 'RFC 9618 §5.4',
  check: ({ certificate, selfIssued, state }) =>
    state.policies.prepareForNext(certificate, selfIssued) ? undefined : problemOf(certificate, 'ERR_PATH_POLICY'),
};

const issuerPurposes: Constraint = {
  name: 'extended-key-usage-nesting',
  clause: 'CA/B Forum TLS BR §7.1.2.10.6',
  check: ({ certificate, input, profile }) =>
    checkIssuerPurposes(certificate, profile.leaf, input.extendedKeyUsage ?? []),
};

/** Stands for all rules of the profile, each of which has its own clause. */
export const profileRules = 'profile-rules';

const rules = (role: 'anchor' | 'intermediate' | 'leaf'): Constraint => ({
  name: profileRules,
  clause: 'the profile',
  check: ({ certificate, profile }) => checkRules(certificate, role, profile),
});

/** RFC 5937 for an anchor that came as a certificate: what it says about itself binds the path. */
export const anchorConstraints: readonly Constraint[] = [
  {
    ...validity,
    check: ({ certificate, input, profile }) =>
      profile.anchorValidity === 'required' ? checkValidity(certificate, input.at) : undefined,
  },
  { ...issuerRights, check: ({ certificate }) => checkAnchorRights(certificate) },
  criticalExtensions,
  keyStrength,
  rules('anchor'),
  issuerPurposes,
  constrainBelow,
  {
    name: 'anchor-limits',
    clause: 'RFC 5937 §3.2',
    check: ({ certificate, state }) => {
      state.policies.constrainByAnchor(certificate);
      state.pathLength = Math.min(state.pathLength, certificate.basicConstraints?.pathLength ?? state.pathLength);
      return undefined;
    },
  },
];

/** §6.1.3 and §6.1.4: every certificate between anchor and leaf. */
export const intermediateConstraints: readonly Constraint[] = [
  validity,
  issuerKeyStrength,
  { ...names, check: (context) => (context.selfIssued ? undefined : names.check(context)) },
  policies(false),
  issuerRights,
  pathLength,
  constrainBelow,
  policiesBelow,
  criticalExtensions,
  rules('intermediate'),
  issuerPurposes,
];

/** What the leaf's own use asks, whoever issued it. */
const leafUse: readonly Constraint[] = [
  criticalExtensions,
  {
    name: 'key-usage',
    clause: 'RFC 5280 §4.2.1.3',
    check: ({ certificate, input, profile }) =>
      checkLeafKeyUsage(certificate, profile.leaf, {
        anyOf: input.keyUsageAnyOf ?? [],
        allOf: input.keyUsage ?? [],
      }),
  },
  {
    name: 'extended-key-usage',
    clause: 'RFC 5280 §4.2.1.12',
    check: ({ certificate, input, profile }) =>
      checkLeafPurposes(certificate, profile.leaf, input.extendedKeyUsage ?? []),
  },
  {
    name: 'peer-name',
    clause: 'RFC 9525 §6',
    check: ({ certificate, input: { peerName } }) =>
      peerName === undefined || matchesPeerName(certificate, peerName)
        ? undefined
        : problemOf(certificate, 'ERR_PATH_PEER_NAME_MISMATCH', { expected: peerName.value }),
  },
  rules('leaf'),
];

/** §6.1.3 and §6.1.5. */
export const leafConstraints: readonly Constraint[] = [validity, keyStrength, names, policies(true), ...leafUse];

/** A leaf that is itself an anchor: nobody above it, so time, key and use are all there is to ask. */
export const trustedLeafConstraints: readonly Constraint[] = [validity, keyStrength, ...leafUse];

/** What is left of the policies at the end; asked of the leaf. */
export const acceptablePolicies: Pick<Constraint, 'name' | 'clause'> = {
  name: 'policies-acceptable',
  clause: 'RFC 9618 §5.5 (g)',
};
