import { oids, readDer, stringTypeOf } from '@onelock/core/asn1';
import type { Result } from '@onelock/core/contract';
import { CodedError } from '@onelock/core/errors';
import { extensionText } from '@onelock/core/identity';
import type { Certificate } from '@onelock/core/x509';
import { lenient } from './certificate-shape.ts';

type Shape = Result<'getCertificateExtension'>;

const identifyCodes: readonly string[] = [oids.identifyCode, oids.legacyIdentifyCode, oids.draftIdentifyCode];

/** @throws {CodedError} ERR_X509_EXTENSION_ABSENT */
export function extensionShape(certificate: Certificate, oid: string): Shape {
  const extension = certificate.extension(oid);
  if (extension === undefined) throw new CodedError('ERR_X509_EXTENSION_ABSENT', { oid });
  const { critical, value } = extension;
  return { oid, critical, value, decoded: decodedText(oid, value) };
}

function decodedText(oid: string, value: Uint8Array): Shape['decoded'] {
  const found = extensionText(value);
  if (found === undefined) return null;
  const text = found.text.slice(0, 4096);
  if (found.alternative !== undefined) return identifyCodes.includes(oid) ? { syntax: 'identify-code', text } : null;
  const isString = lenient(() => stringTypeOf(readDer(value))) !== undefined;
  return { syntax: isString ? 'string' : 'raw-text', text };
}
