import { toBase64, toHex } from '@onelock/core/bytes';
import type { CryptoOps } from '@onelock/core/crypto';
import { CodedError } from '@onelock/core/errors';
import { type Certificate, formatName, parseCertificate } from '@onelock/core/x509';
import { maskPersonalNumbers } from './mask-personal-numbers.ts';
import type { Ca, CaCertificate, CaState } from './ports/records.ts';
import { readCertificates, readingField } from './read-certificates.ts';

export interface CaCertificateView {
  readonly subject: string;
  readonly issuer: string;
  readonly serialNumber: string;
  readonly notBefore: string;
  readonly notAfter: string;
  /** SM3 of the DER, hex. */
  readonly digest: string;
  /** PEM would be longer: base64 of the DER. */
  readonly der: string;
}

export interface CaView {
  readonly id: string;
  readonly name: string;
  readonly state: CaState;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly anchors: readonly CaCertificateView[];
  readonly intermediates: readonly CaCertificateView[];
}

/**
 * Parses the certificates of a CA at the door. A certificate named twice counts once.
 *
 * @throws {CodedError} as `readCertificates`; ERR_REQUEST_INVALID for a certificate that says of itself that it is no CA
 */
export function readCaCertificates(
  texts: readonly string[],
  kind: CaCertificate['kind'],
  ops: CryptoOps,
): readonly CaCertificate[] {
  const field = kind === 'anchor' ? '/anchors' : '/intermediates';
  const read = texts.flatMap((text, index) =>
    readCertificates(text, `${field}/${index}`).map((certificate) => {
      readingField(`${field}/${index}`, () => refuseUnfit(certificate, kind));
      return { kind, der: certificate.der, digest: toHex(ops.digest('sm3', certificate.der)) };
    }),
  );
  return [...new Map(read.map((certificate) => [certificate.digest, certificate])).values()];
}

/**
 * A CA's certificate has a key we can read and does not say that it is no CA. A root of version 1 says nothing about itself and
 * is admitted: the operator answers for it.
 */
function refuseUnfit(certificate: Certificate, kind: CaCertificate['kind']): void {
  const { publicKey, basicConstraints, version } = certificate;
  if (publicKey.kind === 'unsupported')
    throw new CodedError('ERR_CRYPTO_ALGORITHM_UNSUPPORTED', { algorithm: publicKey.algorithm });
  const isCa = basicConstraints?.ca ?? (kind === 'anchor' && version < 3);
  if (!isCa) throw new CodedError('ERR_REQUEST_INVALID', { rule: 'a CA certificate' });
}

export function caView(ca: Ca): CaView {
  const of = (kind: CaCertificate['kind']): readonly CaCertificateView[] =>
    ca.certificates.filter((certificate) => certificate.kind === kind).map(certificateView);
  return {
    id: ca.id,
    name: ca.name,
    state: ca.state,
    createdAt: ca.createdAt,
    updatedAt: ca.updatedAt,
    anchors: of('anchor'),
    intermediates: of('intermediate'),
  };
}

function certificateView({ der, digest }: CaCertificate): CaCertificateView {
  const certificate = parseCertificate(der);
  return {
    subject: maskPersonalNumbers(formatName(certificate.subject)),
    issuer: maskPersonalNumbers(formatName(certificate.issuer)),
    serialNumber: certificate.serialNumber,
    notBefore: certificate.notBefore.toISOString(),
    notAfter: certificate.notAfter.toISOString(),
    digest,
    der: toBase64(der),
  };
}
