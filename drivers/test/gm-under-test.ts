import { sm2DefaultUserId } from '@onelock/core/crypto';
import type { CardDriverConfig, Gmt0017Quirks } from '../src/port/index.ts';
import { GmApplet, type GmAppletOptions, VirtualCard } from '../src/virtual-card/index.ts';
import { type CardBench, startCard } from './card-bench.ts';
import type { DriverUnderTest } from './driver-suite.ts';
import { sm2Identity } from './test-keys.ts';

export const gmPin = '123456';
export const gmAdminPin = '87654321';
export const gmSerial = 'GM-0001';
export const gmLabel = '国密卡';
export const gmContainer = '企业';

const { signing, encryption } = sm2Identity;

export function newGmCard(options: Partial<GmAppletOptions> = {}): VirtualCard {
  const containers = [{ name: gmContainer, signing, ...(encryption && { encryption }) }];
  return new VirtualCard([
    new GmApplet({ serialNumber: gmSerial, label: gmLabel, pin: gmPin, adminPin: gmAdminPin, containers, ...options }),
  ]);
}

export function gmConfig(bench: CardBench | null, quirks: Partial<Gmt0017Quirks> = {}): CardDriverConfig {
  return {
    id: 'gm-card',
    family: 'card',
    vendor: 'OneLock',
    ...(bench && { environment: bench.environment }),
    quirks: { applications: [{ kind: 'gmt0017', ...quirks }] },
  };
}

export async function startGm(bench: CardBench, place: 'in-process' | 'hosted'): Promise<DriverUnderTest> {
  return {
    ...(await startCard(bench, newGmCard(), gmConfig(bench), place)),
    pin: gmPin,
    adminPin: gmAdminPin,
    serialNumber: gmSerial,
    label: gmLabel,
    identities: [{ id: gmContainer, algorithm: { kind: 'sm2-sm3', userId: sm2DefaultUserId } }],
  };
}
