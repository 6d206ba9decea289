import { oids } from '@onelock/core/asn1';
import { type CryptoOps, digestsOf, type PublicKey, parseSignatureAlgorithm } from '@onelock/core/crypto';
import { CodedError } from '@onelock/core/errors';
import { extensionText } from '@onelock/core/identity';
import {
  type CertificateRequest,
  nameAttribute,
  parseCertificateRequest,
  verifyCertificateRequest,
} from '@onelock/core/x509';
import type { ApplicationSubject, EnrolmentProduct, KeySpec } from '../ports/application-records.ts';
import { readingField } from '../read-certificates.ts';
import { sameWords } from './same-words.ts';

/** Requests in use have one to three kilobytes. */
export const longestRequest = 16_384;

const digests = new Set(['sm3', 'sha256', 'sha384', 'sha512']);
const allowedExtensions: ReadonlySet<string> = new Set([oids.organizationCode, oids.keyUsage]);

/**
 * Reads a request and holds it against the application: whose it is, which key it is made with, that this key signed it, and that it asks
 * for nothing beyond the application.
 *
 * @throws {CodedError} ERR_ENROLMENT_REQUEST_REFUSED { field, rule }; ERR_X509_…, ERR_DER_… for what is no request
 */
export function checkRequest(
  der: Uint8Array,
  { subject, product }: { readonly subject: ApplicationSubject; readonly product: EnrolmentProduct },
  ops: CryptoOps,
): CertificateRequest {
  if (der.length > longestRequest) throw refused('length', `<= ${longestRequest}`);
  const request = readingField('/request', () => parseCertificateRequest(der));
  const key = readingField('/request', () => request.publicKey);
  if (!isOfSpec(key, product.keySpec)) throw refused('publicKey', product.keySpec);
  demandSignature(request, ops);
  const organization = nameAttribute(request.subject, oids.organizationName);
  const commonName = nameAttribute(request.subject, oids.commonName);
  for (const [field, value] of [
    ['organizationName', organization],
    ['commonName', commonName],
  ] as const)
    if (value !== undefined && !sameWords(value, subject.companyName)) throw refused(field, 'the company applied for');
  if (organization === undefined && commonName === undefined) throw refused('subject', 'the company applied for');
  for (const { oid } of request.requestedExtensions)
    if (!allowedExtensions.has(oid)) throw refused('extensionRequest', oid);
  const code = request.requestedExtensions.find(({ oid }) => oid === oids.organizationCode);
  if (code !== undefined && extensionText(code.value)?.text !== subject.creditCode)
    throw refused('organizationCode', 'the credit code applied for');
  return request;
}

function demandSignature(request: CertificateRequest, ops: CryptoOps): void {
  const weak = digestsOf(
    readingField('/request', () => parseSignatureAlgorithm(request.signatureAlgorithm, request.publicKey)),
  ).find((digest) => !digests.has(digest));
  if (weak !== undefined) throw refused('signatureAlgorithm', weak);
  if (!verifyCertificateRequest(request, ops)) throw refused('signature', 'made by the key that is asked for');
}

function isOfSpec(key: PublicKey, spec: KeySpec): boolean {
  if (key.kind === 'rsa')
    return spec === `rsa-${key.modulusBits}` && key.publicExponent >= 65_537n && key.pss === undefined;
  return key.kind === 'ec' ? key.curve === spec : key.kind === spec;
}

const refused = (field: string, rule: string): CodedError =>
  new CodedError('ERR_ENROLMENT_REQUEST_REFUSED', { field, rule });
