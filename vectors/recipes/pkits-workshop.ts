import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { certificateFile, issueCertificate, keyFile } from './certificate-authority.ts';
import type { CertificateSpec } from './certificate-spec.ts';
import { openssl } from './openssl.ts';
import { type CrlSpec, certificateParts, keyIdentifierOf, makeCrl, type RevokedEntry } from './pkits-crl.ts';

/** A row of pkits-index.json. */
export interface PkitsRow {
  readonly id: string;
  readonly name: string;
  readonly section: string;
  readonly trust_anchor: string;
  readonly chain_leaf_last: readonly string[];
  readonly other_certs: readonly string[];
  readonly crls: readonly string[];
  readonly revocation_required: boolean;
  readonly initial_policy_set: readonly string[];
  readonly initial_explicit_policy: boolean;
  readonly initial_policy_mapping_inhibit: boolean;
  readonly initial_any_policy_inhibit: boolean;
  readonly validation_time: string;
  readonly expected: 'VALID' | 'INVALID';
}

/** What a test says that is not usual. */
export interface TestOptions {
  readonly others?: readonly string[];
  /** Instead of the CRL of every CA in the chain. */
  readonly crls?: readonly string[];
  readonly policies?: readonly string[];
  readonly explicit?: boolean;
  readonly inhibitMapping?: boolean;
  readonly inhibitAny?: boolean;
}

export interface IssueOptions {
  readonly subject?: string;
  readonly key?: string;
  readonly keyKind?: 'p256' | 'rsa2048';
  readonly notBefore?: string;
  readonly notAfter?: string;
  /** Instead of the usual extensions; for a CA also see `basicConstraints` and `keyUsage`. */
  readonly extensions?: readonly string[];
  readonly basicConstraints?: string | null;
  readonly keyUsage?: string | null;
}

export const anchorName = 'trust-anchor';
const organization = '/C=CN/O=OneLock Test Certificates';

/**
 * Makes certificates, CRLs and rows as it is told, one after another. Keys live in a temporary folder and are thrown away:
 * nothing in the finished suite can be signed again.
 */
export class PkitsWorkshop {
  readonly rows: PkitsRow[] = [];
  readonly #folder: string;
  readonly #work = mkdtempSync(path.join(tmpdir(), 'onelock-pkits-'));
  readonly #specs = new Map<string, CertificateSpec>();
  readonly #revoked = new Map<string, RevokedEntry[]>();
  readonly #pending = new Set<string>();
  #section = '';

  constructor(folder: string) {
    this.#folder = folder;
    for (const part of ['certs', 'crls']) mkdirSync(path.join(folder, part), { recursive: true });
    this.ca(anchorName, anchorName, { subject: `${organization}/CN=Trust Anchor` });
  }

  section(title: string): void {
    this.#section = title;
  }

  /** A CA below `issuer`; a CRL of it is written at the end, with what {@link revoke} was told. */
  ca(name: string, issuer: string, options: IssueOptions = {}): string {
    const { basicConstraints = 'critical, CA:TRUE', keyUsage = 'critical, keyCertSign, cRLSign' } = options;
    const usual = [
      ...(basicConstraints === null ? [] : [`basicConstraints = ${basicConstraints}`]),
      ...(keyUsage === null ? [] : [`keyUsage = ${keyUsage}`]),
      ...identifiers(name === issuer),
    ];
    this.#issue(name, issuer, { ...options, extensions: [...usual, ...(options.extensions ?? [])] });
    this.#pending.add(name);
    return name;
  }

  ee(name: string, issuer: string, options: IssueOptions = {}): string {
    const usual = ['keyUsage = critical, digitalSignature, nonRepudiation', ...identifiers(false)];
    this.#issue(name, issuer, { ...options, extensions: [...usual, ...(options.extensions ?? [])] });
    return name;
  }

  /** The last octet of the signature changed. */
  spoil(name: string): void {
    const der = this.der(name);
    der[der.length - 1] = (der.at(-1) ?? 0) ^ 1;
    writeFileSync(this.#certificate(name), der);
  }

  /** Into the CRL that a CA gets without asking. */
  revoke(name: string, more: Partial<RevokedEntry> = {}): void {
    const issuer = this.#specs.get(name)?.issuer ?? '';
    this.#revoked.set(issuer, [...(this.#revoked.get(issuer) ?? []), this.entry(name, more)]);
  }

  entry(name: string, more: Partial<RevokedEntry> = {}): RevokedEntry {
    return { certificate: this.der(name), ...more };
  }

  /** DER Name. */
  subjectOf(name: string): Buffer {
    return certificateParts(this.der(name)).subject;
  }

  der(name: string): Buffer {
    return readFileSync(this.#certificate(name));
  }

  /** A CRL by a CA's name and key, or another's. */
  crl(file: string, issuer: string, spec: Partial<CrlSpec> = {}, signer: string = issuer): string {
    const key = keyFile(this.#work, this.#specs.get(signer)?.key ?? signer);
    const keyIdentifier = keyIdentifierOf(this.der(signer));
    const usual = { issuer: this.subjectOf(issuer), keyFile: key, keyIdentifier, revoked: [], number: 1 };
    const times = { thisUpdate: '20260501000000Z', nextUpdate: '20260701000000Z' };
    writeFileSync(path.join(this.#folder, 'crls', `${file}.crl`), makeCrl({ ...usual, ...times, ...spec }));
    return file;
  }

  spoilCrl(file: string): void {
    const target = path.join(this.#folder, 'crls', `${file}.crl`);
    const der = readFileSync(target);
    der[der.length - 1] = (der.at(-1) ?? 0) ^ 1;
    writeFileSync(target, der);
  }

  /** @param chain  from below the anchor to the leaf */
  test(
    id: string,
    name: string,
    chain: readonly string[],
    expected: PkitsRow['expected'],
    options: TestOptions = {},
  ): void {
    const authorities = [anchorName, ...chain.slice(0, -1)];
    const crls = options.crls ?? authorities;
    this.rows.push({
      id,
      name,
      section: this.#section,
      trust_anchor: `${anchorName}.crt`,
      chain_leaf_last: chain.map((each) => `${each}.crt`),
      other_certs: (options.others ?? []).map((each) => `${each}.crt`),
      crls: [...new Set(crls)].map((each) => `${each}.crl`),
      revocation_required: true,
      initial_policy_set: options.policies ?? ['anyPolicy'],
      initial_explicit_policy: options.explicit ?? false,
      initial_policy_mapping_inhibit: options.inhibitMapping ?? false,
      initial_any_policy_inhibit: options.inhibitAny ?? false,
      validation_time: '2026-06-01T00:00:00Z',
      expected,
    });
  }

  /** Writes the CRLs of all CAs and the index, and throws the keys away. */
  finish(): void {
    for (const name of this.#pending) {
      if (this.rows.some(({ crls }) => crls.includes(`${name}.crl`)))
        this.crl(name, name, { revoked: this.#revoked.get(name) ?? [] });
    }
    writeFileSync(path.join(this.#folder, 'pkits-index.json'), `${JSON.stringify({ tests: this.rows }, null, 2)}\n`);
    rmSync(this.#work, { recursive: true, force: true });
  }

  #issue(name: string, issuer: string, options: IssueOptions): void {
    const spec: CertificateSpec = {
      name,
      key: options.key ?? name,
      keyKind: options.keyKind ?? 'p256',
      issuer,
      subject: options.subject ?? `${organization}/CN=${name}`,
      notBefore: options.notBefore ?? '20240101000000Z',
      notAfter: options.notAfter ?? '20341231235959Z',
      extensions: options.extensions ?? [],
      digest: 'sha256',
      za: 'not-sm2',
      description: name,
    };
    this.#specs.set(name, spec);
    issueCertificate(this.#work, spec, this.#specs);
    openssl(['x509', '-in', certificateFile(this.#work, name), '-outform', 'DER', '-out', this.#certificate(name)]);
  }

  #certificate(name: string): string {
    return path.join(this.#folder, 'certs', `${name}.crt`);
  }
}

/** The anchor's own has no one to name. */
const identifiers = (isAnchor: boolean): readonly string[] => [
  'subjectKeyIdentifier = hash',
  ...(isAnchor ? [] : ['authorityKeyIdentifier = keyid']),
];
