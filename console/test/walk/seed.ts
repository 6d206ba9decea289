import { fromBase64, toBase64 } from '@onelock/core/bytes';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { makeLoginToken, pem } from '../../../bridge-service/test/support/pki.ts';
import { makeStockCa, type StockCa, stockCreditCode } from '../../../bridge-service/test/support/stock.ts';
import { createServiceClient, type ServiceClient } from '../../../demo/src/service-client.ts';
import type { Walk } from './walk.ts';

/** A province in use: two CAs, three platforms, log-ins that pass, fail and are given up, certificates that end soon. */
export interface Province {
  readonly stock: StockCa;
  readonly company: string;
  /** As the first of the platforms. */
  readonly platform: ServiceClient;
  /** At a platform, with the key of this serial number. */
  logIn(options?: { readonly platform?: number; readonly device?: string; readonly family?: 'sm2' | 'rsa' }): Promise<{
    readonly id: string;
    readonly indication: string;
  }>;
}

const ops = createNodeCrypto();
const dayMs = 86_400_000;
const platformNames = ['省公共资源交易平台', '福州市交易中心', '三明市交易中心'];
const provinces = new WeakMap<object, Promise<Province>>();

/** Made once for a walk. */
export function prepareProvince(walk: Walk): Promise<Province> {
  const known = provinces.get(walk.page) ?? make(walk);
  provinces.set(walk.page, known);
  return known;
}

async function make(walk: Walk): Promise<Province> {
  const { service } = walk;
  const stock = makeStockCa(ops, new Date(), '省信安 CA');
  for (const [name, anchors, intermediates] of [
    ['闽信国密 CA', [pem('sm2/root')], [pem('sm2/intermediate')]],
    ['老平台 RSA CA', [pem('rsa/root')], [pem('rsa/intermediate')]],
    ['省信安 CA', [toBase64(stock.root)], []],
  ] as const) {
    walk.know(name);
    await service.post('/v1/cas', { name, anchors, intermediates });
  }
  const platforms: { readonly client: ServiceClient; readonly origin: string }[] = [];
  for (const [index, name] of platformNames.entries()) {
    walk.know(name);
    const origin = `https://bid${index}.walked.example.cn`;
    const { token } = await service.post<{ token: string }>('/v1/callers', {
      name,
      role: 'platform',
      origins: [origin],
    });
    platforms.push({ client: createServiceClient(walk.url, token), origin });
  }
  const company = '黔中建设工程有限公司';
  await registerExpiring(walk, stock, company);

  const logIn: Province['logIn'] = async ({ platform = 0, device = 'KEY-0042', family = 'sm2' } = {}) => {
    const at = platforms[platform] ?? platforms[0];
    if (at === undefined) throw new Error('no platform');
    const { challenge } = await at.client.post<{ challenge: string }>('/v1/challenges', { origin: at.origin });
    const token = makeLoginToken(ops, {
      ...{ certificate: `${family}/leaf`, key: `${family}/leaf`, origin: at.origin, challenge: fromBase64(challenge) },
    });
    const driver = family === 'sm2' ? 'skf-longmai' : 'pkcs11-haitai';
    return at.client.post('/v1/logins', { token, context: { driver, deviceSerial: device } });
  };
  for (let turn = 0; turn < 12; turn += 1) await logIn({ platform: turn % 3, family: turn % 4 === 0 ? 'rsa' : 'sm2' });
  const [first] = platforms;
  if (first !== undefined) {
    for (let turn = 0; turn < 3; turn += 1) {
      const { id } = await first.client.post<{ id: string }>('/v1/challenges', { origin: first.origin });
      const context = { driver: 'skf-longmai' };
      await first.client.post('/v1/login-failures', { challenge: id, code: 'ERR_TOKEN_PIN_INCORRECT', context });
    }
    for (const name of ['sm2/expired', 'sm2/unknown-critical', 'rsa/expired'])
      await first.client.post('/v1/certificates/validate', { certificate: pem(name) });
  }
  // Statistics follow the log within a second or so.
  const { audit } = await service.get<{ audit: { size: number } }>('/v1/statistics/state');
  for (let counted = 0; counted < audit.size; ) {
    await new Promise((resolve) => setTimeout(resolve, 300));
    counted = (await service.get<{ audit: { counted: number } }>('/v1/statistics/state')).audit.counted;
  }
  if (first === undefined) throw new Error('no platform');
  return { stock, company, platform: first.client, logIn };
}

/** How many days are left, and for how many of each. */
const ending: readonly (readonly [days: number, count: number])[] = [
  [3, 2],
  [6, 3],
  [12, 4],
  [25, 5],
  [60, 7],
  [88, 4],
];

async function registerExpiring({ service, know }: Walk, stock: StockCa, company: string): Promise<void> {
  know('测试省');
  let number = 700;
  for (const [days, count] of ending)
    for (let index = 0; index < count; index += 1) {
      number += 1;
      const creditCode = stockCreditCode(number);
      const name = number === 701 ? company : `黔${number}号建设工程有限公司`;
      know(name);
      const { id } = await service.post<{ id: string }>('/v1/companies', { creditCode, name });
      const subject = { organization: name, commonName: name, creditCode };
      const notAfter = new Date(Date.now() + days * dayMs + 3_600_000);
      await service.post('/v1/certificates', {
        ...{ certificate: toBase64(stock.issue({ ...subject, notAfter })), companyId: id, medium: 'UKey' },
      });
      // Some have seen to it.
      if (number % 4 === 0)
        await service.post('/v1/certificates', { certificate: toBase64(stock.issue(subject)), companyId: id });
    }
}
