import {
  derBoolean,
  derExplicit,
  derInteger,
  derNamedBits,
  derNull,
  derOctetString,
  derOid,
  derSequence,
  derTag,
  derUnsignedInteger,
  derUtf8String,
  derValue,
  oids,
} from '../asn1/index.ts';
import { utf8Encode } from '../bytes/index.ts';
import { type PreparedMessage, prepareSignedData } from '../cms/index.ts';
import type { CryptoOps } from '../crypto/index.ts';
import type { Certificate } from '../x509/index.ts';
import type { TimestampRequest } from './request.ts';

/** What an authority says in a stamp. */
export interface StampToIssue {
  readonly request: TimestampRequest;
  /** Dotted OID of the policy under which it is stamped. */
  readonly policy: string;
  /** Positive, big-endian, at most 20 octets (RFC 3161 §2.4.2 asks for 160 bits to be bearable). */
  readonly serialNumber: Uint8Array;
  readonly time: Date;
  readonly accuracySeconds: number;
  /** Whether any two stamps of this authority can be ordered by their time. */
  readonly ordering: boolean;
  /** The authority's, for time-stamping. */
  readonly certificate: Certificate;
  readonly chain?: readonly Certificate[] | undefined;
}

/**
 * First half of a TimeStampToken (RFC 3161 §2.4.2): everything but the signature. SignedData of PKCS#7 for RSA and SM2 keys alike,
 * which readers of both families know; the signer names its certificate by ESSCertIDv2 (RFC 5816). The certificates are in it when
 * the request asks for them.
 *
 * @throws {CodedError} ERR_CRYPTO_ALGORITHM_UNSUPPORTED for a key that cannot sign messages
 */
export function prepareTimestamp(stamp: StampToIssue, ops: CryptoOps): PreparedMessage {
  const { certificate, chain, request } = stamp;
  return prepareSignedData(
    {
      ...{ content: tstInfo(stamp), detached: false, certificate, chain, namesCertificate: true, family: 'pkcs7' },
      ...{ contentType: oids.tstInfo, carriesCertificates: request.wantsCertificate },
    },
    ops,
  );
}

function tstInfo(stamp: StampToIssue): Uint8Array {
  const { request, policy, serialNumber, time, accuracySeconds, ordering, certificate } = stamp;
  const { imprint, nonce } = request;
  return derSequence(
    derInteger(1),
    derOid(policy),
    derSequence(derSequence(derOid(imprint.oid), derNull()), derOctetString(imprint.digest)),
    derUnsignedInteger(serialNumber),
    timeWithFraction(time),
    derSequence(derInteger(accuracySeconds)),
    ...(ordering ? [derBoolean(true)] : []),
    ...(nonce === null ? [] : [derValue(derTag.integer, nonce)]),
    derExplicit(0, derExplicit(4, certificate.subjectDer)),
  );
}

/** GeneralizedTime of RFC 3161 §2.4.2: milliseconds without trailing zeros. */
function timeWithFraction(time: Date): Uint8Array {
  const [date = '', milliseconds = ''] = time
    .toISOString()
    .replaceAll(/[-:TZ]/g, '')
    .split('.');
  const fraction = milliseconds.replace(/0+$/, '');
  return derValue(derTag.generalizedTime, utf8Encode(fraction === '' ? `${date}Z` : `${date}.${fraction}Z`));
}

/** TimeStampResp that grants a token. */
export function encodeTimestampGrant(token: Uint8Array): Uint8Array {
  return derSequence(derSequence(derInteger(0)), token);
}

/** PKIFailureInfo of RFC 3161 §2.4.2. */
const failureBits = {
  badAlg: 0,
  badRequest: 2,
  badDataFormat: 5,
  timeNotAvailable: 14,
  unacceptedPolicy: 15,
  unacceptedExtension: 16,
  systemFailure: 25,
} as const;
export type TimestampFailure = keyof typeof failureBits;

/** TimeStampResp that refuses. @param text  for people */
export function encodeTimestampRefusal(failure: TimestampFailure, text: string): Uint8Array {
  const rejection = 2;
  return derSequence(
    derSequence(derInteger(rejection), derSequence(derUtf8String(text)), derNamedBits([failureBits[failure]])),
  );
}
