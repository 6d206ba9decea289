import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { tryOpenssl } from './openssl.ts';
import type { PkitsRow } from './pkits-workshop.ts';

/** What `openssl verify` says of a row. */
export function askOpenssl(
  folder: string,
  row: PkitsRow,
): { readonly got: 'VALID' | 'INVALID'; readonly said: string } {
  const work = mkdtempSync(path.join(tmpdir(), 'onelock-pkits-openssl-'));
  const pem = (name: string, part: 'certs' | 'crls', label: string, files: readonly string[]): string => {
    const file = path.join(work, name);
    const blocks = files.map((each) => {
      const base64 = readFileSync(path.join(folder, part, each))
        .toString('base64')
        .match(/.{1,64}/g)
        ?.join('\n');
      return `-----BEGIN ${label}-----\n${base64}\n-----END ${label}-----\n`;
    });
    writeFileSync(file, blocks.join(''));
    return file;
  };
  const certificates = (name: string, files: readonly string[]): string => pem(name, 'certs', 'CERTIFICATE', files);
  try {
    const above = [...row.chain_leaf_last.slice(0, -1), ...row.other_certs];
    const { status, stderr } = tryOpenssl([
      ...['verify', '-no-CApath', '-no-CAstore', '-attime', String(Date.parse(row.validation_time) / 1000)],
      ...['-CAfile', certificates('anchor.pem', [row.trust_anchor]), '-untrusted', certificates('above.pem', above)],
      ...['-CRLfile', pem('crls.pem', 'crls', 'X509 CRL', row.crls), '-crl_check_all', '-extended_crl', '-use_deltas'],
      ...[
        '-policy_check',
        ...row.initial_policy_set.flatMap((policy) => ['-policy', policy === 'anyPolicy' ? '2.5.29.32.0' : policy]),
      ],
      ...(row.initial_explicit_policy ? ['-explicit_policy'] : []),
      ...(row.initial_policy_mapping_inhibit ? ['-inhibit_map'] : []),
      ...(row.initial_any_policy_inhibit ? ['-inhibit_any'] : []),
      certificates('leaf.pem', row.chain_leaf_last.slice(-1)),
    ]);
    return { got: status === 0 ? 'VALID' : 'INVALID', said: stderr };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
