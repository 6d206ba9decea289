import { equalBytes } from '@onelock/core/bytes';
import type { CryptoOps, DigestAlgorithm } from '@onelock/core/crypto';
import { CodedError, isCodedError } from '@onelock/core/errors';
import {
  buildOcspRequest,
  defaultRevocationPolicy,
  type OcspResponse,
  parseOcspResponse,
  type RevocationStatus,
  revocationStatus,
  type SingleOcspResponse,
} from '@onelock/core/revocation';
import type { Certificate } from '@onelock/core/x509';
import { fetchOcsp, type Outbound, shownUrl } from '../outbound/index.ts';
import type { CaSources } from '../services/ports/evidence-store.ts';
import type { Source } from './source-name.ts';

export interface OcspQuestion {
  readonly certificate: Certificate;
  readonly issuer: Certificate;
  readonly source: Source;
  readonly settings: Pick<CaSources, 'ocspNonce' | 'ocspDigest' | 'ocspMethod'>;
}

/** A genuine answer about the certificate asked for, whatever it says. */
export interface OcspAnswer {
  readonly response: Uint8Array;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date | undefined;
  /** Why it decides nothing though it is genuine: out of date, or the responder does not know the certificate. */
  readonly open: string | undefined;
}

/** RFC 8954 §2.1 asks for 32. */
const nonceBytes = 32;

/**
 * Asks one responder about one certificate and believes nothing that the issuer, or one to whom it gave that right, has not signed:
 * an answer that anybody could have made must not be remembered. Whether the delegate itself was revoked is the judge's to say.
 *
 * @throws {CodedError} as `fetchOcsp`; ERR_EVIDENCE_MALFORMED, ERR_EVIDENCE_REJECTED { url, cause }
 */
export async function askResponder(
  outbound: Outbound,
  question: OcspQuestion,
  { timeoutMs, now, ops }: { readonly timeoutMs: number; readonly now: Date; readonly ops: CryptoOps },
): Promise<OcspAnswer> {
  const { source, settings, certificate, issuer } = question;
  const { url, origin } = source;
  const nonce = settings.ocspNonce === 'none' ? undefined : ops.random(nonceBytes);
  const fetchWith = async (digest: DigestAlgorithm): Promise<{ der: Uint8Array; parsed: OcspResponse }> => {
    const request = buildOcspRequest([{ certificate, issuer }], { digest, nonce }, ops);
    const der = await fetchOcsp(outbound, { url, origin, request, method: settings.ocspMethod, timeoutMs });
    return { der, parsed: parsedOr(url, der) };
  };
  let { der, parsed } = await fetchWith(settings.ocspDigest);
  // Some responders of SM2 CAs know certificates by SM3 alone and call any other digest malformed or not theirs.
  const misunderstood = parsed.status === 'malformed-request' || parsed.status === 'unauthorized';
  if (misunderstood && settings.ocspDigest !== 'sm3' && issuer.publicKey.kind === 'sm2')
    ({ der, parsed } = await fetchWith('sm3'));
  if (parsed.status !== 'successful') throw rejected(url, `ERR_REVOCATION_RESPONDER_REFUSED ${parsed.status}`);
  const { basic } = parsed;
  const mustMatch = settings.ocspNonce === 'require' || (settings.ocspNonce === 'send' && basic.nonce !== undefined);
  const status = revocationStatus(
    {
      ...{ certificate, at: now, policy: defaultRevocationPolicy, crls: [], ocspResponses: [basic] },
      issuer: { name: issuer.subject, publicKey: issuer.publicKey, certificate: issuer },
      nonce: mustMatch ? nonce : undefined,
      trust: { path: [], candidates: [], judge: () => undefined },
    },
    ops,
  );
  const open = openBecause(status);
  if (open !== undefined && (status.kind !== 'unknown' || status.known === undefined)) throw rejected(url, open);
  const single = singleAbout(basic.responses, certificate);
  return { response: der, thisUpdate: single.thisUpdate, nextUpdate: single.nextUpdate, open };
}

function openBecause(status: RevocationStatus): string | undefined {
  return status.kind === 'unknown' ? status.reason.code : undefined;
}

function singleAbout(singles: readonly SingleOcspResponse[], { serialNumberBytes }: Certificate): SingleOcspResponse {
  const about = singles.filter(({ certificateId }) => equalBytes(certificateId.serialNumberBytes, serialNumberBytes));
  const [newest] = about.toSorted((a, b) => b.thisUpdate.getTime() - a.thisUpdate.getTime());
  if (newest === undefined) throw new Error('a status came from a response about somebody else');
  return newest;
}

function parsedOr(url: string, der: Uint8Array): OcspResponse {
  try {
    return parseOcspResponse(der);
  } catch (error) {
    if (!isCodedError(error)) throw error;
    throw new CodedError('ERR_EVIDENCE_MALFORMED', { url: shownUrl(url), cause: error.code }, { cause: error });
  }
}

const rejected = (url: string, cause: string): CodedError =>
  new CodedError('ERR_EVIDENCE_REJECTED', { url: shownUrl(url), cause });
