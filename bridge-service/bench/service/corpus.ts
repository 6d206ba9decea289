import {
  derBitString,
  derBoolean,
  derExplicit,
  derImplicit,
  derInteger,
  derNamedBits,
  derNull,
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
import {
  type CryptoOps,
  type PrivateKey,
  type PublicKey,
  type SignatureAlgorithm,
  sm2DefaultUserId,
} from '@onelock/core/crypto';

export interface KeyPair {
  readonly privateKey: PrivateKey;
  readonly publicKey: PublicKey;
}

interface Issuer {
  readonly name: Uint8Array;
  readonly key: KeyPair;
  readonly keyIdentifier: Uint8Array;
}

/** A CA with an issuing certificate under its root, its certificates and its list. */
export interface BenchCa {
  readonly family: 'sm2' | 'rsa';
  readonly root: Uint8Array;
  readonly issuing: Uint8Array;
  readonly leaves: readonly Uint8Array[];
  /** Keys of the leaves, by number: SM2 one each; RSA out of a few, as making one takes a tenth of a second. */
  readonly leafKeys: readonly KeyPair[];
  /** Of the issuing CA. */
  readonly crl: Uint8Array;
  readonly revoked: number;
}

export interface CorpusSize {
  readonly certificatesPerCa: number;
  readonly entries: number;
  readonly rsaKeys: number;
}

const kinds = { sm2: { kind: 'sm2' }, rsa: { kind: 'rsa', bits: 2048 } } as const;

/** Two CAs with SM2 keys and two with RSA. */
export function makeCorpus(size: CorpusSize, ops: CryptoOps, now: Date): readonly BenchCa[] {
  const rsaKeys = Array.from({ length: size.rsaKeys }, () => ops.generateKeyPair(kinds.rsa));
  return (['sm2', 'rsa', 'sm2', 'rsa'] as const).map((family, number) =>
    makeCa(family, number, size, rsaKeys, ops, now),
  );
}

function makeCa(
  family: 'sm2' | 'rsa',
  number: number,
  size: CorpusSize,
  rsaKeys: readonly KeyPair[],
  ops: CryptoOps,
  now: Date,
): BenchCa {
  const root = newIssuer(`基准 CA ${number} 根`, ops.generateKeyPair(kinds[family]), ops);
  const issuing = newIssuer(`基准 CA ${number} 签发`, ops.generateKeyPair(kinds[family]), ops);
  const ca = [basicConstraints, keyUsage(5, 6)];
  const random = ops.random(16 * size.certificatesPerCa);
  const serials = Array.from({ length: size.certificatesPerCa }, (_, index) => {
    const serial = random.subarray(16 * index, 16 * index + 16);
    serial[0] = 0x40 | ((serial[0] ?? 0) & 0x3f);
    return serial;
  });
  const leafKeys = serials.map((_, index) =>
    family === 'sm2' ? ops.generateKeyPair(kinds.sm2) : (rsaKeys[index % rsaKeys.length] as KeyPair),
  );
  const leaves = serials.map((serial, index) => {
    const key = leafKeys[index] as KeyPair;
    const subject = name(`投标企业 ${number}-${index}`, '某某建设工程有限公司');
    return certificate(
      { subject, key: key.publicKey, issuer: issuing, serial, extensions: [keyUsage(0, 1)] },
      ops,
      now,
    );
  });
  const revoked = serials.filter((_, index) => index % 100 === 7);
  return {
    ...{ family, leaves, leafKeys, revoked: revoked.length },
    root: certificate({ subject: root.name, key: root.key.publicKey, issuer: root, extensions: ca }, ops, now),
    issuing: certificate({ subject: issuing.name, key: issuing.key.publicKey, issuer: root, extensions: ca }, ops, now),
    crl: list(issuing, revoked, size.entries, ops, now),
  };
}

function newIssuer(commonName: string, key: KeyPair, ops: CryptoOps): Issuer {
  return { name: name(commonName), key, keyIdentifier: ops.digest('sha1', key.publicKey.spki) };
}

function name(commonName: string, organization = '基准'): Uint8Array {
  const attribute = (oid: string, value: string): Uint8Array =>
    derSetOf(derSequence(derOid(oid), derUtf8String(value)));
  return derSequence(attribute(oids.organizationName, organization), attribute(oids.commonName, commonName));
}

const extension = (oid: string, critical: boolean, value: Uint8Array): Uint8Array =>
  derSequence(derOid(oid), ...(critical ? [derBoolean(true)] : []), derOctetString(value));
const basicConstraints = extension(oids.basicConstraints, true, derSequence(derBoolean(true)));
const keyUsage = (...bits: readonly number[]): Uint8Array => extension(oids.keyUsage, true, derNamedBits(bits));

interface CertificateSpec {
  readonly subject: Uint8Array;
  readonly key: PublicKey;
  readonly issuer: Issuer;
  readonly serial?: Uint8Array;
  readonly extensions: readonly Uint8Array[];
}

function certificate(
  { subject, key, issuer, serial, extensions }: CertificateSpec,
  ops: CryptoOps,
  now: Date,
): Uint8Array {
  const { algorithm, identifier } = schemeOf(issuer.key.publicKey);
  const year = 365 * 86_400_000;
  const tbs = derSequence(
    derExplicit(0, derInteger(2)),
    derValue(derTag.integer, serial ?? Uint8Array.of(0x40, ...ops.random(15))),
    identifier,
    issuer.name,
    derSequence(derTime(new Date(now.getTime() - year)), derTime(new Date(now.getTime() + year))),
    subject,
    key.spki,
    derExplicit(
      3,
      derSequence(
        ...extensions,
        extension(oids.subjectKeyIdentifier, false, derOctetString(ops.digest('sha1', key.spki))),
        extension(oids.authorityKeyIdentifier, false, derSequence(derImplicit(0, issuer.keyIdentifier))),
      ),
    ),
  );
  return derSequence(tbs, identifier, derBitString(ops.sign(issuer.key.privateKey, algorithm, tbs)));
}

function schemeOf(key: PublicKey): { readonly algorithm: SignatureAlgorithm; readonly identifier: Uint8Array } {
  return key.kind === 'sm2'
    ? { algorithm: { kind: 'sm2-sm3', userId: sm2DefaultUserId }, identifier: derSequence(derOid(oids.sm2WithSm3)) }
    : {
        algorithm: { kind: 'rsa-pkcs1v15', digest: 'sha256' },
        identifier: derSequence(derOid(oids.sha256WithRsaEncryption), derNull()),
      };
}

/** SEQUENCE { serial of 16 octets, UTCTime, reason keyCompromise }. */
const entryBytes = 49;

/** A list of so many entries: the revoked ones, and random serial numbers for the rest. */
function list(issuer: Issuer, revoked: readonly Uint8Array[], entries: number, ops: CryptoOps, now: Date): Uint8Array {
  const body = Buffer.alloc(entryBytes * entries);
  const time = Buffer.from(derTime(new Date(now.getTime() - 30 * 86_400_000)));
  const reason = Buffer.from('300c300a0603551d1504030a0101', 'hex');
  const random = ops.random(16 * entries);
  for (let index = 0; index < entries; index++) {
    const at = index * entryBytes;
    body[at] = 0x30;
    body[at + 1] = entryBytes - 2;
    body[at + 2] = 2;
    body[at + 3] = 16;
    const serial = revoked[index] ?? random.subarray(16 * index, 16 * index + 16);
    body.set(serial, at + 4);
    body[at + 4] = 0x40 | ((serial[0] ?? 0) & 0x3f);
    time.copy(body, at + 20);
    reason.copy(body, at + 20 + time.length);
  }
  const { algorithm, identifier } = schemeOf(issuer.key.publicKey);
  const tbs = derSequence(
    derInteger(1),
    identifier,
    issuer.name,
    derTime(new Date(now.getTime() - 3_600_000)),
    derTime(new Date(now.getTime() + 7 * 86_400_000)),
    derValue(derTag.sequence, body),
    derExplicit(
      0,
      derSequence(
        extension(oids.authorityKeyIdentifier, false, derSequence(derImplicit(0, issuer.keyIdentifier))),
        extension(oids.crlNumber, false, derInteger(1)),
      ),
    ),
  );
  return derSequence(tbs, identifier, derBitString(ops.sign(issuer.key.privateKey, algorithm, tbs)));
}
