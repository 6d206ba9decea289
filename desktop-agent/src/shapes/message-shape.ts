import { oidName, readDer, timeValue } from '@onelock/core/asn1';
import { toHex } from '@onelock/core/bytes';
import type { Attribute, SignedData, SignerInfo } from '@onelock/core/cms';
import type { Result } from '@onelock/core/contract';
import type { CryptoOps } from '@onelock/core/crypto';
import { formatName, parseCertificate, parseName } from '@onelock/core/x509';
import { digestAlgorithmName, signatureAlgorithmName } from './algorithm-name.ts';
import { certificateSummary, instant, lenient } from './certificate-shape.ts';

type Shape = Result<'getMessageInfo'>;

const signingTimeOid = '1.2.840.113549.1.9.5';

/** What is inside a signed message, judging nothing. */
export function messageInfo(message: SignedData, ops: CryptoOps): Shape {
  return {
    family: message.family,
    contentType: message.contentType,
    content: message.content,
    digestAlgorithms: message.digestAlgorithms.map(digestAlgorithmName),
    certificates: message.certificates.flatMap((der) => {
      const certificate = lenient(() => parseCertificate(der));
      return certificate === undefined ? [] : [{ summary: certificateSummary(certificate, ops), certificate: der }];
    }),
    signers: message.signers.map(signerShape),
  };
}

function signerShape(signer: SignerInfo): Shape['signers'][number] {
  const { identifier } = signer;
  const byIssuer = identifier.kind === 'issuer-and-serial' ? identifier : null;
  const signed = signer.signedAttributes ?? [];
  return {
    issuer: byIssuer === null ? null : formatName(parseName(readDer(byIssuer.issuerDer))).slice(0, 1024),
    serialNumber: byIssuer === null ? null : byIssuer.serialNumber.replace(/^-/, '').slice(0, 128),
    subjectKeyIdentifier: identifier.kind === 'subject-key-identifier' ? toHex(identifier.keyIdentifier) : null,
    digestAlgorithm: digestAlgorithmName(signer.digestAlgorithm),
    signatureAlgorithm: signatureAlgorithmName(signer.signatureAlgorithm),
    signature: signer.signature,
    signingTime: claimedTime(signed),
    signedAttributes: signed.map(attributeShape),
    unsignedAttributes: signer.unsignedAttributes.map(attributeShape),
  };
}

function attributeShape({ oid, values }: Attribute): Shape['signers'][number]['signedAttributes'][number] {
  return { oid, name: oidName(oid) ?? null, values: [...values] };
}

function claimedTime(attributes: readonly Attribute[]): string | null {
  const [value] = attributes.find(({ oid }) => oid === signingTimeOid)?.values ?? [];
  if (value === undefined) return null;
  const time = lenient(() => timeValue(readDer(value)));
  return time === undefined ? null : instant(time);
}
