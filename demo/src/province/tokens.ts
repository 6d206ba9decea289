import { chmodSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import type { CryptoOps } from '@onelock/core/crypto';
import { prepareSoftHsmStore, provisionPkcs11Token } from '@onelock/drivers/pkcs11';
import { createSoftToken, type SoftKeyContents } from '@onelock/drivers/soft';
import { type Authority, type IssuedKey, issueToCompany } from './authorities.ts';
import { companies } from './companies.ts';
import { type SoftHsmEntry, softTokenFolder, type TokenEntry } from './manifest.ts';

/** What the making of tokens needs. */
export interface TokenMaking {
  readonly folder: string;
  readonly pin: string;
  readonly authorities: { readonly sm2: Authority; readonly rsa: Authority; readonly stranger: Authority };
  readonly now: Date;
  readonly ops: CryptoOps;
}

/** Four file tokens: SM2 with dual certificates 双证书, RSA, one whose certificates cannot be accepted, and an empty one. */
export async function makeSoftTokens(making: TokenMaking): Promise<readonly TokenEntry[]> {
  const { folder, pin, authorities, now, ops } = making;
  mkdirSync(path.join(folder, softTokenFolder));
  chmodSync(path.join(folder, softTokenFolder), 0o755);
  const file = (name: string): string => path.join(folder, softTokenFolder, `${name}.softtoken`);
  const { builder, designer, stranger } = companies;

  await createSoftToken({
    file: file('sm2'),
    label: '山海建设 UKey',
    serialNumber: 'DEMO-SM2-0001',
    pin,
    identities: [
      {
        id: 'sm2',
        label: builder.name,
        signing: contents(issueToCompany(builder, { kind: 'sm2' }, authorities.sm2, { use: 'signing' }, now, ops)),
        encryption: contents(
          issueToCompany(builder, { kind: 'sm2' }, authorities.sm2, { use: 'encryption' }, now, ops),
        ),
      },
    ],
  });
  await createSoftToken({
    file: file('rsa'),
    label: '晨曦设计 UKey',
    serialNumber: 'DEMO-RSA-0001',
    pin,
    identities: [
      {
        id: 'rsa',
        label: designer.name,
        signing: contents(
          issueToCompany(designer, { kind: 'rsa', bits: 2048 }, authorities.rsa, { use: 'both' }, now, ops),
        ),
      },
    ],
  });
  const lapsed = { use: 'signing', validDays: { from: -800, until: -70 } } as const;
  await createSoftToken({
    file: file('trouble'),
    label: '长风路桥 UKey',
    serialNumber: 'DEMO-SM2-0002',
    pin,
    identities: [
      {
        id: 'unknown-authority',
        label: stranger.name,
        signing: contents(
          issueToCompany(stranger, { kind: 'sm2' }, authorities.stranger, { use: 'signing' }, now, ops),
        ),
      },
      {
        id: 'expired',
        label: stranger.name,
        signing: contents(issueToCompany(stranger, { kind: 'sm2' }, authorities.sm2, lapsed, now, ops)),
      },
    ],
  });
  // For whoever applies online: nothing is on it yet.
  await createSoftToken({
    file: file('empty'),
    label: '空白 UKey',
    serialNumber: 'DEMO-NEW-0001',
    pin,
    identities: [],
  });
  return [
    { label: '山海建设 UKey', serialNumber: 'DEMO-SM2-0001', company: builder.name, keys: 'sm2-dual' },
    { label: '晨曦设计 UKey', serialNumber: 'DEMO-RSA-0001', company: designer.name, keys: 'rsa' },
    { label: '长风路桥 UKey', serialNumber: 'DEMO-SM2-0002', company: stranger.name, keys: 'sm2-trouble' },
    { label: '空白 UKey', serialNumber: 'DEMO-NEW-0001', company: '（待申领）', keys: 'empty' },
  ];
}

/** A SoftHSM2 token with an RSA key, in a store of the province's own. */
export async function makeSoftHsmToken(making: TokenMaking, library: string): Promise<SoftHsmEntry> {
  const { folder, pin, authorities, now, ops } = making;
  const stateFolder = 'softhsm';
  const store = prepareSoftHsmStore(path.join(folder, stateFolder), library);
  const { supplier } = companies;
  const key = issueToCompany(supplier, { kind: 'rsa', bits: 2048 }, authorities.rsa, { use: 'both' }, now, ops);
  const token = await provisionPkcs11Token({
    ...store,
    label: '启明信息 SoftHSM2',
    userPin: pin,
    soPin: Buffer.from(ops.random(8)).toString('hex'),
    identities: [{ id: '01', label: supplier.name, pkcs8: key.privateKey.pkcs8, certificate: key.certificate }],
  });
  return {
    label: token.label,
    serialNumber: token.serialNumber,
    company: supplier.name,
    keys: 'rsa',
    library: store.library,
    environment: store.environment,
    stateFolder,
  };
}

function contents(key: IssuedKey): SoftKeyContents {
  return { pkcs8: key.privateKey.pkcs8, certificate: key.certificate };
}
