import { chmodSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { encodePem } from '@onelock/core/bytes';
import type { CryptoOps } from '@onelock/core/crypto';
import { isCodedError } from '@onelock/core/errors';
import { findSoftHsm } from '@onelock/drivers/pkcs11';
import { type Authority, createAuthority } from './authorities.ts';
import {
  type AuthorityEntry,
  anchorsFolder,
  manifestFile,
  type Province,
  type ProvinceManifest,
  readProvince,
  type SoftHsmEntry,
} from './manifest.ts';
import { makeSoftHsmToken, makeSoftTokens, type TokenMaking } from './tokens.ts';

export interface ProvinceOptions {
  /** Where the province is, or will be made. Other users may pass through it: driver hosts run as one of their own. */
  readonly folder: string;
  readonly now: Date;
  /** `when-found` also makes a SoftHSM2 token, where that library and its binding are installed. */
  readonly softHsm: 'when-found' | 'never';
}

/** Not a factory PIN, and the same for every key of the demonstration; printed where the demonstration starts. */
export const demonstrationPin = '246810';

/**
 * The province in this folder: made when it is not there yet, else as it was. It is built beside its place and moved
 * there whole, so that an interrupted start leaves nothing half made.
 */
export async function ensureProvince(options: ProvinceOptions, ops: CryptoOps): Promise<Province> {
  if (existsSync(path.join(options.folder, manifestFile))) return readProvince(options.folder);
  const partial = `${options.folder}.partial`;
  rmSync(partial, { recursive: true, force: true });
  makeFolder(partial);
  const manifest = await makeProvince(partial, options, ops);
  writeFileSync(path.join(partial, manifestFile), `${JSON.stringify(manifest, null, 2)}\n`, { mode: 0o600 });
  rmSync(options.folder, { recursive: true, force: true });
  renameSync(partial, options.folder);
  return readProvince(options.folder);
}

async function makeProvince(folder: string, options: ProvinceOptions, ops: CryptoOps): Promise<ProvinceManifest> {
  const ours = '示范省电子认证中心（演示）';
  const authorities = {
    sm2: createAuthority({ organization: ours, name: '示范省 SM2 CA', keyKind: { kind: 'sm2' } }, options.now, ops),
    rsa: createAuthority(
      { organization: ours, name: '示范省 RSA CA', keyKind: { kind: 'rsa', bits: 2048 } },
      options.now,
      ops,
    ),
    stranger: createAuthority(
      { organization: '邻省未备案认证机构（演示）', name: '邻省 SM2 CA', keyKind: { kind: 'sm2' } },
      options.now,
      ops,
    ),
  };
  const making = { folder, pin: demonstrationPin, authorities, now: options.now, ops };
  const softTokens = await makeSoftTokens(making);
  return {
    version: 1,
    createdAt: options.now.toISOString(),
    pin: demonstrationPin,
    authorities: [
      saveAuthority(folder, 'sm2', authorities.sm2, 'registered'),
      saveAuthority(folder, 'rsa', authorities.rsa, 'registered'),
      saveAuthority(folder, 'stranger', authorities.stranger, 'unknown'),
    ],
    softTokens,
    softHsm: options.softHsm === 'when-found' ? await softHsmIfInstalled(making) : null,
  };
}

/** SoftHSM2 and its binding are optional: without them the province has soft tokens only. */
async function softHsmIfInstalled(making: TokenMaking): Promise<SoftHsmEntry | null> {
  const library = findSoftHsm();
  if (library === undefined) return null;
  try {
    return await makeSoftHsmToken(making, library);
  } catch (error) {
    if (isCodedError(error) && error.code === 'ERR_DRIVER_NOT_INSTALLED') return null;
    throw error;
  }
}

function saveAuthority(
  folder: string,
  id: string,
  authority: Authority,
  standing: AuthorityEntry['standing'],
): AuthorityEntry {
  const place = path.join('authorities', id);
  makeFolder(path.join(folder, 'authorities'));
  makeFolder(path.join(folder, place));
  const save = (name: string, label: string, der: Uint8Array, mode: number): string => {
    writeFileSync(path.join(folder, place, name), encodePem(label, der), { mode });
    return path.join(place, name);
  };
  if (standing === 'registered') {
    const both =
      encodePem('CERTIFICATE', authority.rootCertificate) + encodePem('CERTIFICATE', authority.issuingCertificate);
    makeFolder(path.join(folder, anchorsFolder));
    writeFileSync(path.join(folder, anchorsFolder, `${id}.pem`), both, { mode: 0o644 });
  }
  // Kept, because an authority goes on working: certificates for more companies, lists of the revoked.
  save('issuing-key.pem', 'PRIVATE KEY', authority.issuing.privateKey.pkcs8, 0o600);
  return {
    id,
    name: authority.name,
    standing,
    root: save('root.pem', 'CERTIFICATE', authority.rootCertificate, 0o644),
    issuing: save('issuing.pem', 'CERTIFICATE', authority.issuingCertificate, 0o644),
  };
}

/** Passable for the driver hosts' own user, whatever the umask says. */
function makeFolder(folder: string): void {
  mkdirSync(folder, { recursive: true });
  chmodSync(folder, 0o755);
}
