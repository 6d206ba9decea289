import { oids } from '@onelock/core/asn1';
import type { CryptoOps, KeyKind, PrivateKey, PublicKey } from '@onelock/core/crypto';
import { buildCertificate, type Issuer, type SubjectName } from './certificate-builder.ts';
import type { Company } from './companies.ts';

/** A demonstration authority: a root that signs one issuing authority, which signs companies. */
export interface Authority {
  readonly name: string;
  readonly rootCertificate: Uint8Array;
  readonly issuingCertificate: Uint8Array;
  readonly issuing: Issuer;
}

export interface IssuedKey {
  readonly certificate: Uint8Array;
  readonly privateKey: PrivateKey;
  readonly publicKey: PublicKey;
}

const day = 24 * 60 * 60 * 1000;

export interface AuthorityPlan {
  readonly organization: string;
  readonly name: string;
  readonly keyKind: KeyKind;
}

export function createAuthority(plan: AuthorityPlan, now: Date, ops: CryptoOps): Authority {
  const root = { name: authorityName(plan, `${plan.name} 根`), ...ops.generateKeyPair(plan.keyKind) };
  const issuing = { name: authorityName(plan, `${plan.name} 签发`), ...ops.generateKeyPair(plan.keyKind) };
  const validity = { notBefore: daysFrom(now, -1), notAfter: daysFrom(now, 3650) };
  const keyUsage = ['keyCertSign', 'cRLSign'] as const;
  return {
    name: plan.name,
    rootCertificate: buildCertificate(
      { subject: root.name, publicKey: root.publicKey, validity, keyUsage, authority: { pathLength: 1 } },
      root,
      ops,
    ),
    issuingCertificate: buildCertificate(
      { subject: issuing.name, publicKey: issuing.publicKey, validity, keyUsage, authority: { pathLength: 0 } },
      root,
      ops,
    ),
    issuing,
  };
}

export type CertificateUse = 'signing' | 'encryption' | 'both';

const keyUsages = {
  signing: ['digitalSignature', 'nonRepudiation'],
  encryption: ['keyEncipherment', 'dataEncipherment', 'keyAgreement'],
  both: ['digitalSignature', 'nonRepudiation', 'keyEncipherment', 'dataEncipherment'],
} as const;

export interface IssueOptions {
  readonly use: CertificateUse;
  /** Days from now; an expired certificate has a negative end. */
  readonly validDays?: { readonly from: number; readonly until: number };
}

/** Certifies a company's public key, wherever its private key is. */
export function certifyCompany(
  company: Company,
  publicKey: PublicKey,
  authority: Authority,
  options: IssueOptions,
  now: Date,
  ops: CryptoOps,
): Uint8Array {
  const days = options.validDays ?? { from: -1, until: 730 };
  return buildCertificate(
    {
      subject: companyName(company),
      publicKey,
      validity: { notBefore: daysFrom(now, days.from), notAfter: daysFrom(now, days.until) },
      keyUsage: keyUsages[options.use],
      organizationCode: company.code,
    },
    authority.issuing,
    ops,
  );
}

/** Makes a key and certifies it. */
export function issueToCompany(
  company: Company,
  kind: KeyKind,
  authority: Authority,
  options: IssueOptions,
  now: Date,
  ops: CryptoOps,
): IssuedKey {
  const { publicKey, privateKey } = ops.generateKeyPair(kind);
  return {
    publicKey,
    privateKey,
    certificate: certifyCompany(company, publicKey, authority, options, now, ops),
  };
}

function authorityName(plan: AuthorityPlan, commonName: string): SubjectName {
  return [
    [oids.countryName, 'CN'],
    [oids.organizationName, plan.organization],
    [oids.commonName, commonName],
  ];
}

function companyName(company: Company): SubjectName {
  return [
    [oids.countryName, 'CN'],
    [oids.stateOrProvinceName, '示范省'],
    [oids.localityName, company.locality],
    [oids.organizationName, company.name],
    [oids.commonName, company.name],
  ];
}

function daysFrom(now: Date, days: number): Date {
  return new Date(Math.floor((now.getTime() + days * day) / 1000) * 1000);
}
