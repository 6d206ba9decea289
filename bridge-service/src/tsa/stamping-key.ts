import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { oids } from '@onelock/core/asn1';
import { decodePem } from '@onelock/core/bytes';
import { type CryptoOps, type PrivateKey, parsePrivateKey, sm2DefaultUserId } from '@onelock/core/crypto';
import { CodedError, isCodedError } from '@onelock/core/errors';
import { prepareTimestamp, type StampToIssue } from '@onelock/core/tsp';
import { type Certificate, parseCertificate } from '@onelock/core/x509';

/** A key of the built-in authority, with its certificate. */
export interface StampingKey {
  readonly name: string;
  readonly certificate: Certificate;
  readonly chain: readonly Certificate[];
  /** DER of the TimeStampToken. */
  stamp(stamp: Omit<StampToIssue, 'certificate' | 'chain'>): Uint8Array;
}

/**
 * Reads the keys of the built-in authority from a folder: `NAME.pem` has the certificate, its chain behind it, and `NAME.key.pem` the
 * PKCS#8 key without a password, readable by the service alone.
 *
 * @throws {CodedError} ERR_SERVICE_CONFIG_INVALID naming the file and the rule
 */
export function loadStampingKeys(folder: string, ops: CryptoOps): readonly StampingKey[] {
  const invalid = (file: string, rule: string, cause?: unknown): CodedError =>
    new CodedError('ERR_SERVICE_CONFIG_INVALID', { key: path.join(folder, file), rule }, { cause });
  const read = (file: string): string => {
    try {
      return readFileSync(path.join(folder, file), 'utf8');
    } catch (error) {
      throw invalid(file, 'a readable PEM file', error);
    }
  };
  let names: readonly string[];
  try {
    names = readdirSync(folder).filter((file) => file.endsWith('.pem') && !file.endsWith('.key.pem'));
  } catch (error) {
    throw invalid('', 'a readable folder', error);
  }
  return [...names].sort().map((file) => {
    const name = file.slice(0, -'.pem'.length);
    const keyFile = `${name}.key.pem`;
    try {
      const [certificate, ...chain] = decodePem(read(file)).map(({ bytes }) => parseCertificate(bytes));
      const [block] = decodePem(read(keyFile));
      if (certificate === undefined || block?.label !== 'PRIVATE KEY') throw invalid(keyFile, 'PRIVATE KEY (PKCS#8)');
      requirePurpose(certificate, (rule) => invalid(file, rule));
      const key = parsePrivateKey(block.bytes);
      requireMatch(certificate, key, ops, () => invalid(keyFile, 'the key of the certificate'));
      return { name, certificate, chain, stamp: (stamp) => sign({ ...stamp, certificate, chain }, key, ops) };
    } catch (error) {
      if (!isCodedError(error) || error.code === 'ERR_SERVICE_CONFIG_INVALID') throw error;
      throw invalid(file, error.code, error);
    }
  });
}

function sign(stamp: StampToIssue, key: PrivateKey, ops: CryptoOps): Uint8Array {
  const prepared = prepareTimestamp(stamp, ops);
  return prepared.assemble(ops.sign(key, prepared.algorithm, prepared.toBeSigned));
}

/** RFC 3161 §2.3: one extended key usage, timeStamping, and critical. */
function requirePurpose(certificate: Certificate, invalid: (rule: string) => CodedError): void {
  const purposes = certificate.extendedKeyUsage ?? [];
  const critical = certificate.extension(oids.extendedKeyUsage)?.critical === true;
  if (purposes.length !== 1 || purposes[0] !== oids.timeStamping || !critical)
    throw invalid('extendedKeyUsage timeStamping, alone and critical');
}

function requireMatch(certificate: Certificate, key: PrivateKey, ops: CryptoOps, mismatch: () => CodedError): void {
  const { publicKey } = certificate;
  const algorithm =
    publicKey.kind === 'sm2'
      ? ({ kind: 'sm2-sm3', userId: sm2DefaultUserId } as const)
      : publicKey.kind === 'rsa'
        ? ({ kind: 'rsa-pkcs1v15', digest: 'sha256' } as const)
        : ({ kind: 'ecdsa', digest: 'sha256' } as const);
  const kind = publicKey.kind === 'sm2' || publicKey.kind === 'rsa' ? publicKey.kind : 'ec';
  if (key.kind !== kind) throw mismatch();
  const probe = ops.random(32);
  if (!ops.verify(publicKey, algorithm, probe, ops.sign(key, algorithm, probe))) throw mismatch();
}
