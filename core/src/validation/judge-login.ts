import { equalBytes } from '../bytes/index.ts';
import type { CryptoOps } from '../crypto/index.ts';
import type { ErrorCode, ErrorParams } from '../errors/index.ts';
import { type LoginToken, loginScheme, loginToBeSigned } from '../login/index.ts';
import type { Verdict } from '../verdict/index.ts';
import { type Certificate, parseCertificate } from '../x509/index.ts';
import { orVerdict } from './error-verdict.ts';
import type { TrustEvidence } from './evidence.ts';
import { judgeCertificate } from './judge-certificate.ts';
import type { LoginReport } from './report.ts';
import { signingKeyUsage } from './signing-use.ts';
import { headOf, toReport } from './to-report.ts';

export interface LoginEvidence extends TrustEvidence {
  readonly token: LoginToken;
  /** The origin that the server serves. */
  readonly expectedOrigin: string;
  /** The challenge that the server gave out and has not seen back yet. */
  readonly expectedChallenge: Uint8Array;
}

/**
 * Judges a login token: made for this origin, for this challenge, signed by the key of its certificate in the one way that
 * key logs in, and the certificate trusted. That a challenge works once is the caller's to ensure.
 */
export function judgeLogin(evidence: LoginEvidence, ops: CryptoOps): LoginReport {
  const { token } = evidence;
  const described = { origin: token.origin, algorithm: token.algorithm };
  const signer = orVerdict(() => signerOf(evidence, ops));
  if ('indication' in signer) return { ...toReport(signer), ...described, certificate: null };
  const certificate = judgeCertificate({ ...evidence, certificate: signer, keyUsageAnyOf: signingKeyUsage }, ops);
  return {
    ...headOf(certificate),
    ...described,
    certificate,
  };
}

/** The certificate whose key signed the token, or why it did not. */
function signerOf({ token, expectedOrigin, expectedChallenge }: LoginEvidence, ops: CryptoOps): Certificate | Verdict {
  if (token.origin !== expectedOrigin)
    return failed('ERR_LOGIN_ORIGIN_MISMATCH', { expected: expectedOrigin, actual: token.origin });
  if (!equalBytes(token.challenge, expectedChallenge)) return failed('ERR_LOGIN_CHALLENGE_UNKNOWN');
  const certificate = parseCertificate(token.certificate);
  const scheme = loginScheme(certificate.publicKey);
  if (token.algorithm !== scheme.id)
    return failed('ERR_SIGNATURE_ALGORITHM_MISMATCH', { algorithm: token.algorithm, key: certificate.publicKey.kind });
  const { origin, challenge } = token;
  const statement = {
    purpose: 'login',
    origin,
    challenge,
    certificate: certificate.der,
    digest: scheme.digest,
  } as const;
  const isGenuine = ops.verify(
    certificate.publicKey,
    scheme.signature,
    loginToBeSigned(statement, ops),
    token.signature,
  );
  return isGenuine ? certificate : failed('ERR_SIGNATURE_INVALID');
}

function failed(code: ErrorCode, params: ErrorParams = {}): Verdict {
  return { indication: 'failed', reason: { code, params } };
}
