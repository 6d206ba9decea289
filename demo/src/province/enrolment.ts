import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type ServiceClient, ServiceFailure } from '../service-client.ts';
import type { Province } from './manifest.ts';

const passwordFile = 'enrolment-password';
/** Of the file in the service's folder of secrets. */
export const credentialName = 'demo-ca';

/** The password by which the service is known to the test CA: made once, and laid into the service's secrets. */
export function ensureCredential(province: Province, serviceFolder: string): string {
  const file = path.join(province.folder, passwordFile);
  if (!existsSync(file)) writeFileSync(file, randomBytes(24).toString('base64url'), { mode: 0o600 });
  const secrets = path.join(serviceFolder, 'secrets');
  for (const folder of [secrets, path.join(secrets, 'enrolment')]) {
    mkdirSync(folder, { recursive: true });
    chmodSync(folder, 0o700);
  }
  writeFileSync(path.join(secrets, 'enrolment', credentialName), readFileSync(file), { mode: 0o600 });
  return file;
}

interface CaEntry {
  readonly id: string;
  readonly name: string;
}

const years = (count: number): number => 365 * count;

/** What the authorities of the province sell, with prices that are nobody's. */
const products = {
  sm2: [
    {
      ...{ code: 'company-sm2-2y', title: '企业证书（两年）', keySpec: 'sm2', variant: 'dual', validDays: years(2) },
      ...{ priceFen: 20_000, renewalPriceFen: 15_000, expectedMinutes: 30 },
    },
    {
      ...{ code: 'company-sm2-sign-2y', title: '企业签名证书（两年）', keySpec: 'sm2', variant: 'single' },
      ...{ validDays: years(2), priceFen: 12_000, renewalPriceFen: 9_000, expectedMinutes: 30, label: 'single' },
    },
    {
      ...{ code: 'company-phone-2y', title: '企业手机证书（两年）', keySpec: 'sm2', variant: 'single' },
      ...{ validDays: years(2), priceFen: 6_000, renewalPriceFen: 6_000, expectedMinutes: 10, label: 'single' },
      medium: 'phone',
    },
  ],
  rsa: [
    {
      ...{ code: 'company-rsa-2y', title: '企业证书 RSA（两年）', keySpec: 'rsa-2048', variant: 'single' },
      ...{ validDays: years(2), priceFen: 18_000, renewalPriceFen: 13_500, expectedMinutes: 60 },
    },
  ],
} as const;

/**
 * Opens the registered authorities for applications at the test CA's address, which may be another at each start. What somebody has set since the
 * first start stays.
 */
export async function openEnrolment(province: Province, service: ServiceClient, caUrl: string): Promise<void> {
  const { items } = await service.get<{ readonly items: readonly CaEntry[] }>('/v1/cas?limit=200');
  for (const { id, name, standing } of province.manifest.authorities) {
    const ca = items.find((item) => item.name === name);
    if (standing !== 'registered' || ca === undefined || !(id in products)) continue;
    const url = `${caUrl}/${id}/.well-known/est`;
    const known = await settingsOf(service, ca.id);
    if (known?.url === url) continue;
    if (known === null) await service.put(`/v1/cas/${ca.id}/profile`, profile);
    const first = { ...settings, products: products[id as keyof typeof products] };
    await service.put(`/v1/cas/${ca.id}/enrolment`, { ...(known ?? first), url });
  }
}

const settings = {
  ...{ state: 'open', public: true, protocol: 'est', serverAnchors: [] },
  credential: { kind: 'basic', user: 'onelock', secret: credentialName },
  notice: '演示用，不收费。正式办理时请备好营业执照与经办人身份证件，CA 会与单位核实。',
} as const;

const profile = {
  contacts: [{ name: '演示客服', duty: '证书业务', phone: '0851-00000000' }],
  serviceLevel: { availabilityPercent: 99.9, responseMinutes: 30, hours: '工作日 8:30–17:30' },
  ...{ identityPlaces: [], deviations: [] },
} as const;

/** null before the first start. */
async function settingsOf(service: ServiceClient, caId: string): Promise<{ readonly url: string } | null> {
  try {
    const {
      caId: _caId,
      updatedAt: _updatedAt,
      ...known
    } = await service.get<{
      readonly url: string;
      readonly caId: string;
      readonly updatedAt: string;
    }>(`/v1/cas/${caId}/enrolment`);
    return known;
  } catch (error) {
    if (error instanceof ServiceFailure && error.status === 404) return null;
    throw error;
  }
}
