import type { pathErrors } from '../../errors/rows/path.ts';
import type { WordsFor } from '../words.ts';

export const pathWords = {
  ERR_PATH_SIGNATURE_INVALID: 'The signature on the certificate is wrong: {subject}',
  ERR_PATH_EXPIRED: 'The certificate has expired: {subject}, valid until {notAfter}',
  ERR_PATH_NOT_YET_VALID: 'The certificate is not yet valid: {subject}, valid from {notBefore}',
  ERR_PATH_UNKNOWN_ISSUER: 'No trusted issuer was found: {issuer}',
  ERR_PATH_NAME_CHAINING: 'The issuer name does not chain: {subject}',
  ERR_PATH_ISSUER_NOT_CA: 'The issuing certificate is not a CA: {subject}',
  ERR_PATH_ISSUER_NOT_CERT_SIGNER: 'The issuing certificate may not sign certificates: {subject}',
  ERR_PATH_LENGTH_EXCEEDED: 'The certification path is longer than allowed: {subject}',
  ERR_PATH_CRITICAL_EXTENSION_UNKNOWN:
    'The certificate has a critical extension that is not understood, {oid}: {subject}',
  ERR_PATH_NAME_CONSTRAINT: "The name {name} is outside the issuer's name constraints: {subject}",
  ERR_PATH_KEY_USAGE: 'The certificate may not be used for this, {required} is required: {subject}',
  ERR_PATH_EXTENDED_KEY_USAGE: 'The extended key usage does not include {required}: {subject}',
  ERR_PATH_ALGORITHM_WEAK: 'The certificate uses a weak algorithm, {algorithm}: {subject}',
  ERR_PATH_PROFILE_VIOLATION: 'The certificate breaks the profile ({rule}): {subject}',
  ERR_PATH_POLICY: 'The certificate policies do not satisfy the requirement: {subject}',
  ERR_PATH_PEER_NAME_MISMATCH: 'The certificate is not for {expected}',
  ERR_PATH_BUDGET_EXCEEDED: 'The certification path is too complex (limit: {limit})',
} as const satisfies WordsFor<typeof pathErrors>;
