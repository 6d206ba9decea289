import { toHex } from '@onelock/core/bytes';
import {
  embeddedCertificates,
  isNamedBy,
  longTermValues,
  readCountersignatures,
  type SignedData,
  type SignerInfo,
  signatureTimestamps,
} from '@onelock/core/cms';
import { isCodedError } from '@onelock/core/errors';
import { parseTimestampToken } from '@onelock/core/tsp';
import { type Certificate, parseCertificate } from '@onelock/core/x509';
import type { Subjects } from './gather-evidence.ts';

/**
 * Whose status a message asks about: every certificate that one of its signers, of its countersigners or of its time-stamps may mean. Who
 * wrote the message chose what lies in it, and in which order: what nobody signed by is a candidate for paths and nothing more.
 *
 * @param supplied  certificates that came with the question
 */
export function subjectsOf(message: SignedData, supplied: readonly Certificate[]): Subjects {
  const { signers } = message;
  const brought = signers.flatMap((signer) => readOrNone(() => longTermValues(signer).certificates.map(parsed)).flat());
  const known = [...embeddedCertificates(message), ...supplied];
  const stamps = signers.flatMap((signer) => readOrNone(() => signatureTimestamps(signer)).flatMap(stampOf));
  const countersigners = signers.flatMap((signer) => readOrNone(() => readCountersignatures(signer)));
  const certificates = namedBy([...signers, ...countersigners], known);
  const authorities = stamps.flatMap((stamp) =>
    namedBy(stamp.signers, [...embeddedCertificates(stamp), ...known, ...brought]),
  );
  return {
    certificates: once([...certificates, ...authorities]),
    candidates: [...known, ...brought, ...stamps.flatMap(embeddedCertificates)],
  };
}

/** The certificates that these signers may mean, each once. */
export function namedBy(signers: readonly SignerInfo[], known: readonly Certificate[]): readonly Certificate[] {
  return once(signers.flatMap(({ identifier }) => known.filter((one) => isNamedBy(identifier, one))));
}

/** Stamps are anybody's: one that cannot be read has no certificates. */
const stampOf = (token: Uint8Array): readonly SignedData[] => readOrNone(() => [parseTimestampToken(token).signedData]);

const parsed = (der: Uint8Array): readonly Certificate[] => readOrNone(() => [parseCertificate(der)]);

const once = (certificates: readonly Certificate[]): readonly Certificate[] => [
  ...new Map(certificates.map((one) => [toHex(one.der), one])).values(),
];

/** What cannot be read names nobody; the judge will say what is wrong with it. */
function readOrNone<T>(read: () => readonly T[]): readonly T[] {
  try {
    return read();
  } catch (error) {
    if (isCodedError(error)) return [];
    throw error;
  }
}
