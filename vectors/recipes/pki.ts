// Writes vectors/pki: `node --conditions=onelock-source vectors/recipes/pki.ts [FOLDER]`. Key files that are already
// there stay, so what changes between runs are the random parts of SM2 and ECDSA signatures.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { pkiCases } from './cases.ts';
import { certificateFile, issueCertificate } from './certificate-authority.ts';
import { certificateSpecs } from './hierarchies.ts';

const here = path.dirname(fileURLToPath(import.meta.url));

/** The table that goes with the files: what each is, and every judgement they are made for. */
export function pkiIndex(): object {
  const keys = new Map(certificateSpecs.map((spec) => [spec.key, spec.keyKind]));
  return {
    notice:
      'Test keys and certificates, published: never use them for anything else. Written by vectors/recipes/pki.ts.',
    certificates: certificateSpecs.map((spec) => ({
      file: `${spec.name}.pem`,
      key: `${spec.key}.test-key.pem`,
      issuer: `${spec.issuer}.pem`,
      description: spec.description,
    })),
    keys: [...keys].map(([name, kind]) => ({ file: `${name}.test-key.pem`, kind, form: 'PKCS#8 PEM, a test key' })),
    cases: pkiCases,
  };
}

/** Makes every certificate that is not in `folder` yet, and the index. */
export function writePki(folder: string): void {
  mkdirSync(folder, { recursive: true });
  const specs = new Map(certificateSpecs.map((spec) => [spec.name, spec]));
  for (const spec of certificateSpecs) {
    if (!existsSync(certificateFile(folder, spec.name))) issueCertificate(folder, spec, specs);
  }
  writeFileSync(path.join(folder, 'index.json'), `${JSON.stringify(pkiIndex(), null, 2)}\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writePki(process.argv[2] ?? path.join(here, '../pki'));
