import { fromHex } from '@onelock/core/bytes';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { parseCertificate } from '@onelock/core/x509';
import type { CardDriverConfig, PivQuirks } from '../src/port/index.ts';
import {
  PivApplet,
  type PivAppletOptions,
  type PivSlot,
  type PivSlotContents,
  VirtualCard,
} from '../src/virtual-card/index.ts';
import { CaSide } from './ca-side.ts';
import { type CardBench, startCard } from './card-bench.ts';
import type { DriverUnderTest } from './driver-suite.ts';
import { ecIdentity, rsaIdentity } from './test-keys.ts';

export const pivGuid = '00112233445566778899aabbccddeeff';
export const pivPin = '123456';
export const pivPuk = '12345678';
export const managementKey = { algorithm: 'aes-256', key: '0102030405060708'.repeat(4) } as const;

const ops = createNodeCrypto();
/** Of the same RSA key, for encryption alone. */
export const pivEncryptionCertificate = new CaSide(ops).certify(
  parseCertificate(rsaIdentity.signing.certificate).publicKey,
  'encryption',
);

/** RSA for authentication and encryption, P-256 for signatures that want the PIN each time. */
export const pivSlots: Partial<Record<PivSlot, PivSlotContents>> = {
  '9a': rsaIdentity.signing,
  '9c': ecIdentity.signing,
  '9d': { ...rsaIdentity.signing, certificate: pivEncryptionCertificate },
};

export function newPivCard(options: Partial<PivAppletOptions> = {}): VirtualCard {
  return new VirtualCard([
    new PivApplet({ guid: fromHex(pivGuid), pin: pivPin, tries: 5, slots: pivSlots, ...options }),
  ]);
}

export function pivConfig(bench: CardBench | null, quirks: Partial<PivQuirks> = {}): CardDriverConfig {
  return {
    id: 'piv',
    family: 'card',
    vendor: 'NIST',
    ...(bench && { environment: bench.environment }),
    quirks: { applications: [{ kind: 'piv', form: 'extended', ...quirks }] },
  };
}

export async function startPiv(bench: CardBench, place: 'in-process' | 'hosted'): Promise<DriverUnderTest> {
  return {
    ...(await startCard(bench, newPivCard(), pivConfig(bench), place)),
    pin: pivPin,
    adminPin: pivPuk,
    serialNumber: pivGuid,
    label: 'OneLock virtual PIV',
    identities: [
      { id: '9a', algorithm: { kind: 'rsa-pkcs1v15', digest: 'sha256' } },
      { id: '9c', algorithm: { kind: 'ecdsa', digest: 'sha256' } },
    ],
  };
}
