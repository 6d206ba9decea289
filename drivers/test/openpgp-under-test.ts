import { fromHex } from '@onelock/core/bytes';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { parseCertificate } from '@onelock/core/x509';
import type { CardDriverConfig, OpenPgpQuirks } from '../src/port/index.ts';
import {
  OpenPgpApplet,
  type OpenPgpAppletOptions,
  type OpenPgpSlot,
  type OpenPgpSlotContents,
  VirtualCard,
} from '../src/virtual-card/index.ts';
import { CaSide } from './ca-side.ts';
import { type CardBench, startCard } from './card-bench.ts';
import type { DriverUnderTest } from './driver-suite.ts';
import { ecIdentity, rsaIdentity } from './test-keys.ts';

export const openPgpSerial = 'f1d000000001';
export const openPgpPin = '123456';
export const openPgpAdminPin = '12345678';

/** Of the same RSA key, for encryption alone. */
export const openPgpEncryption = new CaSide(createNodeCrypto()).certify(
  parseCertificate(rsaIdentity.signing.certificate).publicKey,
  'encryption',
);

/** P-256 for signatures that want the PIN each time, RSA for authentication and encryption. */
export const openPgpSlots: Partial<Record<OpenPgpSlot, OpenPgpSlotContents>> = {
  sig: ecIdentity.signing,
  aut: rsaIdentity.signing,
  dec: { ...rsaIdentity.signing, certificate: openPgpEncryption },
};

export function newOpenPgpCard(options: Partial<OpenPgpAppletOptions> = {}): VirtualCard {
  const serialNumber = fromHex(openPgpSerial);
  const slots = openPgpSlots;
  return new VirtualCard([
    new OpenPgpApplet({ serialNumber, pin: openPgpPin, tries: 5, holder: 'Zhang<<San', slots, ...options }),
  ]);
}

export function openPgpConfig(bench: CardBench | null, quirks: Partial<OpenPgpQuirks> = {}): CardDriverConfig {
  return {
    id: 'openpgp',
    family: 'card',
    vendor: 'OneLock',
    ...(bench && { environment: bench.environment }),
    quirks: { applications: [{ kind: 'openpgp', form: 'extended', ...quirks }] },
  };
}

export async function startOpenPgp(bench: CardBench, place: 'in-process' | 'hosted'): Promise<DriverUnderTest> {
  return {
    ...(await startCard(bench, newOpenPgpCard(), openPgpConfig(bench), place)),
    pin: openPgpPin,
    adminPin: openPgpAdminPin,
    serialNumber: openPgpSerial,
    label: 'Zhang San',
    identities: [
      { id: 'sig', algorithm: { kind: 'ecdsa', digest: 'sha256' } },
      { id: 'aut', algorithm: { kind: 'rsa-pkcs1v15', digest: 'sha256' } },
    ],
  };
}
