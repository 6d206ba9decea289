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
import { type CryptoOps, type PrivateKey, type PublicKey, sm2DefaultUserId } from '@onelock/core/crypto';

// A CA that issues certificates of companies as fast as they can be signed, for imports by the ten thousand.

const alphabet = '0123456789ABCDEFGHJKLMNPQRTUWXY';
const weights = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];

/** A 统一社会信用代码 with the right check character, of a number. */
export function stockCreditCode(number: number): string {
  const body = `91520100M${number.toString().padStart(8, '0')}`;
  const sum = weights.reduce((total, weight, index) => total + weight * alphabet.indexOf(body.charAt(index)), 0);
  return body + alphabet.charAt((31 - (sum % 31)) % 31);
}

export interface StockSubject {
  readonly organization?: string;
  readonly commonName: string;
  readonly creditCode?: string;
  readonly serial?: number;
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  readonly usage?: 'sign' | 'encrypt';
  readonly key?: PublicKey;
  /** Another signature than the CA's. */
  readonly forged?: boolean;
}

export interface StockCa {
  readonly root: Uint8Array;
  issue(subject: StockSubject): Uint8Array;
}

interface KeyPair {
  readonly privateKey: PrivateKey;
  readonly publicKey: PublicKey;
}

const year = 365 * 86_400_000;
const algorithm = { kind: 'sm2-sm3', userId: sm2DefaultUserId } as const;
const identifier = derSequence(derOid(oids.sm2WithSm3));
const extension = (oid: string, critical: boolean, value: Uint8Array): Uint8Array =>
  derSequence(derOid(oid), ...(critical ? [derBoolean(true)] : []), derOctetString(value));

function name(attributes: Readonly<Record<string, string | undefined>>): Uint8Array {
  return derSequence(
    ...Object.entries(attributes).flatMap(([oid, value]) =>
      value === undefined ? [] : [derSetOf(derSequence(derOid(oid), derUtf8String(value)))],
    ),
  );
}

export function makeStockCa(ops: CryptoOps, now: Date, commonName = '存量测试 CA'): StockCa {
  const ca = ops.generateKeyPair({ kind: 'sm2' });
  const shared = ops.generateKeyPair({ kind: 'sm2' });
  const caName = name({ [oids.organizationName]: '测试省', [oids.commonName]: commonName });
  const caKeyId = ops.digest('sha1', ca.publicKey.spki);
  const certificate = (
    subject: Uint8Array,
    key: PublicKey,
    serial: Uint8Array,
    validity: readonly [Date, Date],
    extensions: readonly Uint8Array[],
    signer: KeyPair = ca,
  ): Uint8Array => {
    const tbs = derSequence(
      ...[derExplicit(0, derInteger(2)), derValue(derTag.integer, serial), identifier, caName],
      derSequence(derTime(validity[0]), derTime(validity[1])),
      ...[subject, key.spki],
      derExplicit(
        3,
        derSequence(...extensions, extension(oids.authorityKeyIdentifier, false, derSequence(derImplicit(0, caKeyId)))),
      ),
    );
    return derSequence(tbs, identifier, derBitString(ops.sign(signer.privateKey, algorithm, tbs)));
  };
  const around: readonly [Date, Date] = [new Date(now.getTime() - year), new Date(now.getTime() + year)];
  let next = 1;
  return {
    root: certificate(caName, ca.publicKey, Uint8Array.of(1), around, [
      extension(oids.basicConstraints, true, derSequence(derBoolean(true))),
      extension(oids.keyUsage, true, derNamedBits([5, 6])),
    ]),
    issue({ organization, commonName: holder, creditCode, serial = next++, usage = 'sign', ...subject }) {
      const number = new Uint8Array(9);
      number[0] = 0x41;
      new DataView(number.buffer).setUint32(5, serial);
      return certificate(
        name({
          [oids.organizationName]: organization,
          [oids.commonName]: holder,
          [oids.serialNumber]: creditCode,
        }),
        subject.key ?? shared.publicKey,
        number,
        [subject.notBefore ?? around[0], subject.notAfter ?? around[1]],
        [extension(oids.keyUsage, true, derNamedBits(usage === 'sign' ? [0, 1] : [2, 3, 4]))],
        subject.forged === true ? shared : ca,
      );
    },
  };
}
