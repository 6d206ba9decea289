import { oids } from '@onelock/core/asn1';
import { checkSigners, parseSignedData } from '@onelock/core/cms';
import type { CryptoOps, PublicKey } from '@onelock/core/crypto';
import { extensionText } from '@onelock/core/identity';
import {
  type CertificateRequest,
  nameAttribute,
  parseCertificate,
  parseCertificateRequest,
  sameName,
  verifyCertificateRequest,
} from '@onelock/core/x509';
import { type Authority, type CertificateUse, certifyCompany, createAuthority } from '../province/authorities.ts';
import { buildCertificate } from '../province/certificate-builder.ts';
import { type Company, companies } from '../province/companies.ts';
import { envelopKey } from './est-messages.ts';
import type { Lie } from './lies.ts';

export interface Issuing {
  readonly authority: Authority;
  readonly now: Date;
  readonly ops: CryptoOps;
  readonly lie: Lie | null;
}

/** What a request asks for, once the CA has looked at it. */
export interface ReadRequest {
  readonly request: CertificateRequest;
  readonly company: Company;
}

/** A refusal in words, which EST answers with 400 and text. */
export class Refused extends Error {}

/** @throws {Refused} for a request that this CA does not certify */
export function readRequest(der: Uint8Array, ops: CryptoOps): ReadRequest {
  const request = parseCertificateRequest(der);
  if (!verifyCertificateRequest(request, ops)) throw new Refused('the request is not signed by its key');
  const organization = nameAttribute(request.subject, oids.organizationName);
  const name = organization ?? nameAttribute(request.subject, oids.commonName);
  const code = request.requestedExtensions.find(({ oid }) => oid === oids.organizationCode);
  const creditCode = code === undefined ? undefined : extensionText(code.value)?.text;
  if (name === undefined || creditCode === undefined) throw new Refused('申请中缺少单位名称或统一社会信用代码');
  const locality = nameAttribute(request.subject, oids.localityName) ?? '云山市';
  return { request, company: { name, code: creditCode, locality } };
}

/** @throws {Refused} unless the certificate that is renewed is this CA's and its holder signed the new request */
export function demandProof(
  der: Uint8Array,
  { request, company }: ReadRequest,
  { authority, ops, now }: Issuing,
): void {
  const message = parseSignedData(der);
  const [check, ...more] = checkSigners(message, { content: request.der }, ops);
  const holder = check?.certificate;
  if (check === undefined || more.length > 0 || holder == null || check.verdict.indication !== 'passed')
    throw new Refused('旧证书的签名无效 / the old certificate did not sign this request');
  const issuer = parseCertificate(authority.issuingCertificate);
  if (!sameName(holder.issuer, issuer.subject)) throw new Refused('不是本 CA 的证书 / not a certificate of this CA');
  if (holder.notAfter < now) throw new Refused('旧证书已过期 / the old certificate has expired');
  if (nameAttribute(holder.subject, oids.organizationName) !== company.name)
    throw new Refused('单位名称与旧证书不符 / not the company of the old certificate');
}

/** The certificate for the key of a request. */
export function issueForRequest(read: ReadRequest, use: CertificateUse, issuing: Issuing): readonly Uint8Array[] {
  const key =
    issuing.lie === 'wrong-key'
      ? issuing.ops.generateKeyPair(kindOf(read.request.publicKey)).publicKey
      : read.request.publicKey;
  return certificates(read.company, key, use, issuing);
}

/** A new encryption key pair, enveloped to the request's key, and its certificate. */
export function issueEncryptionKey(
  { request, company }: ReadRequest,
  issuing: Issuing,
): { readonly envelope: Uint8Array; readonly certificates: readonly Uint8Array[] } {
  const { ops, lie } = issuing;
  const pair = ops.generateKeyPair({ kind: 'sm2' });
  const other = lie === 'wrong-envelope' ? ops.generateKeyPair({ kind: 'sm2' }) : pair;
  const certified = lie === 'same-key' ? request.publicKey : pair.publicKey;
  return {
    envelope: envelopKey(other.privateKey, other.publicKey, request.publicKey, ops),
    certificates: certificates(company, certified, 'encryption', issuing),
  };
}

function certificates(company: Company, key: PublicKey, use: CertificateUse, issuing: Issuing): readonly Uint8Array[] {
  const { now, ops, lie } = issuing;
  const authority = lie === 'wrong-chain' ? strangerLike(issuing) : issuing.authority;
  const told = { ...company };
  if (lie === 'wrong-company') told.name = companies.stranger.name;
  if (lie === 'wrong-code') told.code = companies.stranger.code;
  const chosen = lie === 'wrong-usage' ? (use === 'encryption' ? 'signing' : 'encryption') : use;
  const days =
    lie === 'too-long' ? { from: -1, until: 7_300 } : lie === 'expired' ? { from: -400, until: -30 } : undefined;
  const made =
    lie === 'no-code' || lie === 'no-usage' || lie === 'is-a-ca'
      ? unusual(company, key, issuing)
      : certifyCompany(told, key, authority, { use: chosen, ...(days && { validDays: days }) }, now, ops);
  const more =
    lie === 'two-certificates' ? [certifyCompany(companies.stranger, key, authority, { use: chosen }, now, ops)] : [];
  return [...(lie === 'no-certificate' ? [] : [made]), ...more, authority.issuingCertificate];
}

function unusual(company: Company, publicKey: PublicKey, { authority, now, ops, lie }: Issuing): Uint8Array {
  const day = 86_400_000;
  return buildCertificate(
    {
      subject: [
        [oids.countryName, 'CN'],
        [oids.organizationName, company.name],
        [oids.commonName, company.name],
      ],
      publicKey,
      validity: { notBefore: new Date(now.getTime() - day), notAfter: new Date(now.getTime() + 365 * day) },
      keyUsage:
        lie === 'no-usage'
          ? []
          : ['digitalSignature', 'nonRepudiation', ...(lie === 'is-a-ca' ? (['keyCertSign'] as const) : [])],
      ...(lie === 'is-a-ca' && { authority: { pathLength: 0 } }),
      ...(lie !== 'no-code' && { organizationCode: company.code }),
    },
    authority.issuing,
    ops,
  );
}

/** Another authority of the same names: only its keys are not those that are registered. */
function strangerLike({ authority, now, ops }: Issuing): Authority {
  const { privateKey } = authority.issuing;
  const keyKind = privateKey.kind === 'sm2' ? ({ kind: 'sm2' } as const) : ({ kind: 'rsa', bits: 2048 } as const);
  const other = createAuthority({ organization: '冒名机构', name: authority.name, keyKind }, now, ops);
  return {
    ...other,
    issuing: { ...other.issuing, name: authority.issuing.name },
    issuingCertificate: authority.issuingCertificate,
  };
}

function kindOf(key: PublicKey): Parameters<CryptoOps['generateKeyPair']>[0] {
  if (key.kind === 'sm2') return { kind: 'sm2' };
  return key.kind === 'ec' ? { kind: 'ec', curve: key.curve } : { kind: 'rsa', bits: 2048 };
}
