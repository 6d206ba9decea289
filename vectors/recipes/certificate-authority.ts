import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { CertificateSpec } from './certificate-spec.ts';
import { openssl, sm2DistinguishingId } from './openssl.ts';
import { resignWithoutZa } from './resign-without-za.ts';

const keyArguments: Readonly<Record<CertificateSpec['keyKind'], readonly string[]>> = {
  rsa2048: ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048'],
  rsa1024: ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:1024'],
  p256: ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-pkeyopt', 'ec_param_enc:named_curve'],
  sm2: ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:SM2', '-pkeyopt', 'ec_param_enc:named_curve'],
};

export const certificateFile = (folder: string, name: string): string => path.join(folder, `${name}.pem`);
export const keyFile = (folder: string, name: string): string => path.join(folder, `${name}.test-key.pem`);

/** Makes the key pair unless it is there: keys stay fixed over runs of the recipe. */
function ensureKey(folder: string, spec: CertificateSpec): string {
  const file = keyFile(folder, spec.key);
  mkdirSync(path.dirname(file), { recursive: true });
  if (!existsSync(file)) openssl(['genpkey', ...keyArguments[spec.keyKind], '-out', file]);
  return file;
}

function configuration(work: string, spec: CertificateSpec): string {
  return [
    '[ca]',
    'default_ca = authority',
    '[authority]',
    `database = ${work}/index.txt`,
    `new_certs_dir = ${work}`,
    `serial = ${work}/serial`,
    `default_md = ${spec.digest}`,
    'policy = any',
    'unique_subject = no',
    'x509_extensions = extensions',
    '[any]',
    'countryName = optional',
    '[req]',
    'distinguished_name = name',
    'string_mask = utf8only',
    '[name]',
    '[extensions]',
    ...spec.extensions,
    '',
  ].join('\n');
}

/** 15 bytes that depend on the name alone, so a certificate keeps its serial number over runs. */
function serialNumber(name: string): string {
  return `5a${createHash('sha256').update(`onelock ${name}`).digest('hex').slice(0, 28)}`;
}

/** Makes one certificate (and its key pair) under `folder`. The issuer's must be there already. */
export function issueCertificate(
  folder: string,
  spec: CertificateSpec,
  specs: ReadonlyMap<string, CertificateSpec>,
): void {
  const work = mkdtempSync(path.join(tmpdir(), 'onelock-pki-'));
  try {
    const key = ensureKey(folder, spec);
    const issuer = specs.get(spec.issuer);
    if (issuer === undefined) throw new Error(`${spec.name}: no issuer ${spec.issuer}`);
    const config = path.join(work, 'openssl.cnf');
    writeFileSync(config, configuration(work, spec));
    writeFileSync(path.join(work, 'index.txt'), '');
    writeFileSync(path.join(work, 'serial'), `${serialNumber(spec.name)}\n`);
    const request = path.join(work, 'request.pem');
    const requestId = spec.keyKind === 'sm2' ? ['-sm3', '-sigopt', sm2DistinguishingId] : ['-sha256'];
    openssl([
      'req',
      '-new',
      '-utf8',
      '-config',
      config,
      '-key',
      key,
      '-subj',
      spec.subject,
      ...requestId,
      '-out',
      request,
    ]);
    const signer =
      spec.issuer === spec.name
        ? ['-selfsign', '-keyfile', key]
        : ['-cert', certificateFile(folder, spec.issuer), '-keyfile', keyFile(folder, issuer.key)];
    const out = certificateFile(folder, spec.name);
    openssl([
      ...['ca', '-batch', '-preserveDN', '-notext', '-utf8', '-config', config, '-in', request, '-out', out, ...signer],
      ...['-startdate', spec.notBefore, '-enddate', spec.notAfter, '-md', spec.digest],
      ...(spec.keyKind === 'sm2' ? ['-vfyopt', sm2DistinguishingId] : []),
      ...(spec.za === 'default-id' ? ['-sigopt', sm2DistinguishingId] : []),
    ]);
    if (spec.za === 'none') resignWithoutZa(out, keyFile(folder, issuer.key), work);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
