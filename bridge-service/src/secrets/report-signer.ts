import {
  derBitString,
  derBoolean,
  derExplicit,
  derImplicit,
  derInteger,
  derNamedBits,
  derOctetString,
  derOid,
  derSequence,
  derSetOf,
  derTag,
  derTime,
  derUtf8String,
  derValue,
  oids,
} from '@onelock/core/asn1';
import { decodePem, encodePem, equalBytes, utf8Encode } from '@onelock/core/bytes';
import { prepareSignedData } from '@onelock/core/cms';
import type { CryptoOps } from '@onelock/core/crypto';
import { CodedError } from '@onelock/core/errors';
import { type Certificate, parseCertificate } from '@onelock/core/x509';
import { readOrMakeFile } from './secret-file.ts';
import type { ServiceKey } from './service-key.ts';

/** Signs the reports that the service answers for, by its own key and certificate. */
export interface ReportSigner {
  readonly certificate: Certificate;
  /** SignedData of GM/T 0010 around the bytes, with the certificate and the time in it: DER. */
  sign(content: Uint8Array, at: Date): Uint8Array;
}

const fileName = 'signing-certificate.pem';
const tenYearsMs = 10 * 365 * 86_400_000;

/**
 * The signer of reports. Its certificate is in the folder of secrets; one that nobody has put there is made at the first start, by the
 * key itself, and whoever relies on reports fetches it from the service once. A CA's certificate for the key may take its place.
 *
 * @throws {CodedError} ERR_SERVICE_CONFIG_INVALID for a certificate of another key
 */
export function loadReportSigner(folder: string, key: ServiceKey, ops: CryptoOps, now: Date): ReportSigner {
  const text = readOrMakeFile(folder, fileName, () => encodePem('CERTIFICATE', selfSigned(key, ops, now)));
  const [block] = decodePem(text);
  const certificate = block === undefined ? undefined : parseCertificate(block.bytes);
  if (certificate === undefined || !equalBytes(certificate.spki, key.publicKey.spki))
    throw new CodedError('ERR_SERVICE_CONFIG_INVALID', { key: fileName, rule: 'a certificate of signing-key.pem' });
  return {
    certificate,
    sign: (content, at) => {
      const prepared = prepareSignedData(
        { content, detached: false, certificate, signingTime: at, namesCertificate: true },
        ops,
      );
      return prepared.assemble(key.sign(prepared.toBeSigned));
    },
  };
}

function selfSigned(key: ServiceKey, ops: CryptoOps, now: Date): Uint8Array {
  const name = derSequence(
    derSetOf(derSequence(derOid(oids.commonName), derUtf8String(`OneLock 一锁通服务 ${key.id}`))),
  );
  const algorithm = derSequence(derOid(oids.sm2WithSm3));
  const extension = (oid: string, critical: boolean, value: Uint8Array): Uint8Array =>
    derSequence(derOid(oid), ...(critical ? [derBoolean(true)] : []), derOctetString(value));
  const keyIdentifier = ops.digest('sha1', key.publicKey.spki);
  const tbs = derSequence(
    derExplicit(0, derInteger(2)),
    derValue(derTag.integer, Uint8Array.of(0x40, ...ops.random(15))),
    algorithm,
    name,
    derSequence(derTime(new Date(now.getTime() - 86_400_000)), derTime(new Date(now.getTime() + tenYearsMs))),
    name,
    key.publicKey.spki,
    derExplicit(
      3,
      derSequence(
        extension(oids.basicConstraints, true, derSequence()),
        extension(oids.keyUsage, true, derNamedBits([0, 1])),
        extension(oids.subjectKeyIdentifier, false, derOctetString(keyIdentifier)),
        extension(oids.authorityKeyIdentifier, false, derSequence(derImplicit(0, keyIdentifier))),
      ),
    ),
  );
  return derSequence(tbs, algorithm, derBitString(key.sign(tbs)));
}

/** The content of a signed report: what was asked, by whom it is answered, and the answer. */
export function reportContent(content: Readonly<Record<string, unknown>>): Uint8Array {
  return utf8Encode(JSON.stringify({ type: 'onelock-report', version: 1, ...content }));
}
