import { derOid, derPrintableString, derSequence, derSetOf, derUtf8String, oids } from '@onelock/core/asn1';
import { fromBase64, toBase64 } from '@onelock/core/bytes';
import { type CryptoOps, type PrivateKey, parsePublicKey } from '@onelock/core/crypto';
import { createBrowserCrypto } from '@onelock/core/crypto/browser';
import { encodeLoginToken, type LoginTokenWire, loginScheme, loginToBeSigned } from '@onelock/core/login';
import { prepareCertificateRequest } from '@onelock/core/x509';

let loading: Promise<CryptoOps> | null = null;

/** SM2 and SM3 in this page; loaded and checked by its known answers when it is first needed. */
const gm = (): Promise<CryptoOps> => {
  loading ??= createBrowserCrypto();
  return loading;
};

export interface MadeKey {
  /** SPKI, DER. */
  readonly publicKey: Uint8Array<ArrayBuffer>;
  /** PKCS#8, DER: to be wiped by its owner. */
  readonly pkcs8: Uint8Array;
}

export async function makeKey(): Promise<MadeKey> {
  const { publicKey, privateKey } = (await gm()).generateKeyPair({ kind: 'sm2' });
  return { publicKey: new Uint8Array(publicKey.spki), pkcs8: privateKey.pkcs8 };
}

export interface RequestSubject {
  readonly companyName: string;
  readonly creditCode: string;
  readonly province: string | null;
  readonly locality: string | null;
}

/** PKCS#10 for the company, signed by the new key; base64. */
export async function makeRequest({ publicKey, pkcs8 }: MadeKey, subject: RequestSubject): Promise<string> {
  const ops = await gm();
  const attribute = (oid: string, value: Uint8Array): Uint8Array => derSetOf(derSequence(derOid(oid), value));
  const subjectDer = derSequence(
    attribute(oids.countryName, derPrintableString('CN')),
    ...(subject.province === null ? [] : [attribute(oids.stateOrProvinceName, derUtf8String(subject.province))]),
    ...(subject.locality === null ? [] : [attribute(oids.localityName, derUtf8String(subject.locality))]),
    attribute(oids.organizationName, derUtf8String(subject.companyName)),
    attribute(oids.commonName, derUtf8String(subject.companyName)),
  );
  const code = { oid: oids.organizationCode, critical: false, value: derPrintableString(subject.creditCode) };
  const prepared = prepareCertificateRequest(
    { subjectDer, publicKey: parsePublicKey(publicKey), extensions: [code] },
    ops,
  );
  return toBase64(prepared.assemble(ops.sign(privateKeyOf(pkcs8), prepared.algorithm, prepared.toBeSigned)));
}

/** Signs the same statement that a key at a computer signs (core/login), and nothing else. @param challenge  base64 */
export async function signLogin(
  { publicKey, pkcs8 }: MadeKey,
  certificate: Uint8Array,
  origin: string,
  challenge: string,
): Promise<LoginTokenWire> {
  const ops = await gm();
  const scheme = loginScheme(parsePublicKey(publicKey));
  const asked = fromBase64(challenge);
  const statement = { purpose: 'login', origin, challenge: asked, certificate, digest: scheme.digest } as const;
  const signature = ops.sign(privateKeyOf(pkcs8), scheme.signature, loginToBeSigned(statement, ops));
  return encodeLoginToken({ version: 1, origin, challenge: asked, certificate, algorithm: scheme.id, signature });
}

const privateKeyOf = (pkcs8: Uint8Array): PrivateKey => ({ kind: 'sm2', pkcs8 });
