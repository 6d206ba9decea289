import { decodePem } from '@onelock/core/bytes';
import { embeddedCertificates, parseSignedData, prepareSignedData, type SignedData } from '@onelock/core/cms';
import type { CryptoOps, PrivateKey } from '@onelock/core/crypto';
import { CodedError, isCodedError } from '@onelock/core/errors';
import { judgeMessage, type MessageReport } from '@onelock/core/validation';
import type { Certificate } from '@onelock/core/x509';

/** Whom this computer believes about drivers: anchors of their own, apart from those of bidders' certificates. */
export interface DriverTrust {
  readonly anchors: readonly Certificate[];
  readonly intermediates: readonly Certificate[];
  /** DER. */
  readonly crls: readonly Uint8Array[];
}

export interface SignedContent {
  readonly content: Uint8Array;
  /** When the signer's certificate ends, ISO 8601. */
  readonly signerNotAfter: string;
  /** The signer's subject, for people. */
  readonly signer: string;
}

const maxSignedBytes = 8 * 1024 * 1024;

/**
 * Opens a signed manifest or catalogue (CMS SignedData of GB/T 35275 or RFC 5652, DER or PEM, content inside): every signature
 * must be well made, and each signer a code signer (extendedKeyUsage codeSigning) with a path to an anchor of `trust`, by
 * the rules that certificates are judged by everywhere else here.
 *
 * @param at  the instant for which the signer's certificate must be valid, unless a time-stamp in the message proves another
 * @throws {CodedError} ERR_DRIVER_MANIFEST_MALFORMED, ERR_DRIVER_MANIFEST_UNSIGNED,
 *   ERR_DRIVER_MANIFEST_UNTRUSTED { reason }: the code of the verdict, and the rule that a certificate breaks
 */
export function openSignedContent(bytes: Uint8Array, trust: DriverTrust, at: Date, ops: CryptoOps): SignedContent {
  if (bytes.length > maxSignedBytes)
    throw new CodedError('ERR_DRIVER_MANIFEST_MALFORMED', { field: '/', rule: `at most ${maxSignedBytes} bytes` });
  const message = readMessage(bytes);
  const { content } = message;
  if (content === null || message.signers.length === 0) throw new CodedError('ERR_DRIVER_MANIFEST_UNSIGNED');
  const report = judgeMessage(
    {
      message,
      intermediates: trust.intermediates,
      trustAnchors: trust.anchors.map((certificate) => ({ kind: 'certificate', certificate })),
      at,
      profile: 'code-signing',
      revocation: 'if-available',
      crls: trust.crls,
      deviations: [],
    },
    ops,
  );
  if (report.indication !== 'passed')
    throw new CodedError('ERR_DRIVER_MANIFEST_UNTRUSTED', { reason: reasonOf(report) });
  const [first] = report.signers;
  return {
    content,
    signer: first?.signer ?? '',
    signerNotAfter: endOf(message, first?.certificate?.certificate.serialNumber),
  };
}

export interface ContentToSign {
  readonly content: Uint8Array;
  readonly certificate: Certificate;
  readonly chain: readonly Certificate[];
  readonly key: PrivateKey;
  readonly signingTime: Date;
}

/**
 * Signs a manifest or catalogue: what the keeper of the catalogue does.
 * @throws {CodedError} ERR_SIGNATURE_INVALID when key and certificate are no pair
 */
export function signContent({ key, ...message }: ContentToSign, ops: CryptoOps): Uint8Array {
  const prepared = prepareSignedData({ ...message, detached: false }, ops);
  return prepared.assemble(ops.sign(key, prepared.algorithm, prepared.toBeSigned));
}

/** The rule too that a certificate breaks: whoever made it must know which. */
function reasonOf({ reason, indication }: Pick<MessageReport, 'reason' | 'indication'>): string {
  if (reason === undefined) return indication;
  const { rule } = reason.params;
  return typeof rule === 'string' ? `${reason.code}: ${rule}` : reason.code;
}

function readMessage(bytes: Uint8Array): SignedData {
  // A manifest as it is written, before anyone signed it.
  if (bytes[0] === 0x7b) throw new CodedError('ERR_DRIVER_MANIFEST_UNSIGNED');
  try {
    return parseSignedData(fromPem(bytes));
  } catch (cause) {
    if (!isCodedError(cause)) throw cause;
    throw new CodedError(
      'ERR_DRIVER_MANIFEST_MALFORMED',
      { field: '/', rule: `CMS SignedData: ${cause.code}` },
      { cause },
    );
  }
}

function fromPem(bytes: Uint8Array): Uint8Array {
  if (bytes[0] !== 0x2d) return bytes;
  return decodePem(Buffer.from(bytes).toString('latin1'))[0]?.bytes ?? bytes;
}

function endOf(message: SignedData, serialNumber: string | undefined): string {
  const signer = embeddedCertificates(message).find((certificate) => certificate.serialNumber === serialNumber);
  return signer?.notAfter.toISOString() ?? '';
}
