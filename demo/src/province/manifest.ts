import { readFileSync } from 'node:fs';
import path from 'node:path';
import { decodePem } from '@onelock/core/bytes';

export const manifestFile = 'province.json';

/** What `province.json` says. Paths are relative to the province's folder. */
export interface ProvinceManifest {
  readonly version: 1;
  readonly createdAt: string;
  readonly pin: string;
  readonly authorities: readonly AuthorityEntry[];
  readonly softTokens: readonly TokenEntry[];
  readonly softHsm: SoftHsmEntry | null;
}

export interface AuthorityEntry {
  readonly id: string;
  readonly name: string;
  /** `unknown` authorities are never registered: their certificates show what a refusal looks like. */
  readonly standing: 'registered' | 'unknown';
  readonly root: string;
  readonly issuing: string;
}

/** What one token shows, for the words printed at start. */
export interface TokenEntry {
  readonly label: string;
  readonly serialNumber: string;
  readonly company: string;
  readonly keys: 'sm2-dual' | 'rsa' | 'sm2-trouble' | 'empty';
}

export interface SoftHsmEntry extends TokenEntry {
  readonly library: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly stateFolder: string;
}

/** One element of ONELOCK_AGENT_DRIVERS. */
export type DriverEntry =
  | { readonly id: string; readonly family: 'soft'; readonly vendor: string; readonly folder: string }
  | {
      readonly id: string;
      readonly family: 'pkcs11';
      readonly vendor: string;
      readonly library: string;
      readonly environment: Readonly<Record<string, string>>;
      readonly stateFolder: string;
    };

export interface Province {
  readonly folder: string;
  readonly manifest: ProvinceManifest;
  /** How the agent is told to reach the province's keys. */
  readonly drivers: readonly DriverEntry[];
  readonly anchorsDir: string;
  /** DER of an authority's certificates, root first. */
  certificatesOf(authority: AuthorityEntry): readonly [root: Uint8Array, issuing: Uint8Array];
}

export const softTokenFolder = 'keys';
/** Certificates of the registered authorities, for an agent that cannot reach the service. */
export const anchorsFolder = 'anchors';

/** Reads a province that `ensureProvince` made. */
export function readProvince(folder: string): Province {
  const manifest = JSON.parse(readFileSync(path.join(folder, manifestFile), 'utf8')) as ProvinceManifest;
  const certificate = (file: string): Uint8Array => {
    const [block] = decodePem(readFileSync(path.join(folder, file), 'utf8'));
    if (block === undefined) throw new Error(`${file} holds no certificate`);
    return block.bytes;
  };
  return {
    folder,
    manifest,
    drivers: driversOf(folder, manifest),
    anchorsDir: path.join(folder, anchorsFolder),
    certificatesOf: (authority) => [certificate(authority.root), certificate(authority.issuing)],
  };
}

function driversOf(folder: string, { softHsm }: ProvinceManifest): readonly DriverEntry[] {
  const soft = {
    id: 'soft',
    family: 'soft',
    vendor: '一锁通演示',
    folder: path.join(folder, softTokenFolder),
  } as const;
  if (softHsm === null) return [soft];
  const { library, environment, stateFolder } = softHsm;
  return [
    soft,
    {
      id: 'softhsm2',
      family: 'pkcs11',
      vendor: 'SoftHSM',
      library,
      environment,
      stateFolder: path.join(folder, stateFolder),
    },
  ];
}
