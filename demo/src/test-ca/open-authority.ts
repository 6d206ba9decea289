import { readFileSync } from 'node:fs';
import path from 'node:path';
import { decodePem } from '@onelock/core/bytes';
import { parsePrivateKey } from '@onelock/core/crypto';
import { parseCertificate } from '@onelock/core/x509';
import type { Authority } from '../province/authorities.ts';
import type { AuthorityEntry } from '../province/manifest.ts';

/** An authority of a province on the disk, with the key that it issues by. */
export function openAuthority(folder: string, { id, name, root, issuing }: AuthorityEntry): Authority {
  const read = (file: string): Uint8Array => {
    const [block] = decodePem(readFileSync(path.join(folder, file), 'utf8'));
    if (block === undefined) throw new Error(`${file} is empty`);
    return block.bytes;
  };
  const [rootCertificate, issuingCertificate] = [read(root), read(issuing)];
  const certificate = parseCertificate(issuingCertificate);
  return {
    ...{ name, rootCertificate, issuingCertificate },
    issuing: {
      name: certificate.subject.rdns.flat().map(({ oid, value }) => [oid, value] as const),
      publicKey: certificate.publicKey,
      privateKey: parsePrivateKey(read(path.join('authorities', id, 'issuing-key.pem'))),
    },
  };
}
