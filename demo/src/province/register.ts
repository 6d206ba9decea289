import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { toBase64 } from '@onelock/core/bytes';
import { createServiceClient, type ServiceClient, ServiceFailure } from '../service-client.ts';
import type { Province } from './manifest.ts';

/** What the province holds in the service: secrets, so the file is the owner's alone. */
interface Registration {
  /** Makes this province's idempotency keys its own. */
  readonly id: string;
  readonly administratorToken?: string;
  readonly platform?: { readonly id: string; readonly token: string; readonly origin: string };
  readonly agentToken?: string;
  /** Authorities that are registered, by their id in the province. */
  readonly authorities?: readonly string[];
}

/** Tokens that the trading site and the agent speak to the service with. */
export interface ProvinceCallers {
  readonly administratorToken: string;
  readonly platformToken: string;
  readonly agentToken: string;
}

export interface RegisterOptions {
  readonly serviceUrl: string;
  /** Origin of the demonstration trading site, e.g. `http://127.0.0.1:18961`. */
  readonly siteOrigin: string;
  /** A code that makes an administrator: printed at the first start, or by break-glass later. Asked for at most once. */
  readonly administratorCode: () => Promise<string>;
}

const registrationFile = 'registration.json';

/**
 * Makes the service know the province: its authorities, the trading site as a platform, the agent. Each step is saved
 * when done, and a second run does only what is missing.
 *
 * @throws {ServiceFailure}
 */
export async function registerProvince(province: Province, options: RegisterOptions): Promise<ProvinceCallers> {
  const file = path.join(province.folder, registrationFile);
  let registration = await usable(load(file), options.serviceUrl);
  const save = (step: Partial<Registration>): void => {
    registration = { ...registration, ...step };
    writeFileSync(`${file}.partial`, `${JSON.stringify(registration, null, 2)}\n`, { mode: 0o600 });
    renameSync(`${file}.partial`, file);
  };

  const administratorToken =
    registration.administratorToken ??
    (await becomeAdministrator(options.serviceUrl, await options.administratorCode()));
  save({ administratorToken });
  const service = createServiceClient(options.serviceUrl, administratorToken);
  const once = onceFor(service, registration.id);

  const done = new Set(registration.authorities);
  for (const authority of province.manifest.authorities) {
    if (authority.standing !== 'registered' || done.has(authority.id)) continue;
    const [root, issuing] = province.certificatesOf(authority).map(toBase64);
    await once('/v1/cas', { name: authority.name, anchors: [root], intermediates: [issuing] });
    done.add(authority.id);
    save({ authorities: [...done] });
  }

  const agentToken =
    registration.agentToken ??
    (await once<{ token: string }>('/v1/callers', { name: '一锁通助手（演示）', role: 'agent' })).token;
  save({ agentToken });

  const platform = await ensurePlatform(registration, service, once, options.siteOrigin);
  save({ platform });
  return { administratorToken, platformToken: platform.token, agentToken };
}

type Once = <T>(route: string, body: unknown) => Promise<T>;

/** The same act of the same province has the same key, so that an answer that was lost is given again. */
function onceFor(service: ServiceClient, provinceId: string): Once {
  return (route, body) => {
    const digest = createHash('sha256')
      .update(JSON.stringify([provinceId, route, body]))
      .digest('hex');
    return service.post(route, body, `province-${digest.slice(0, 40)}`);
  };
}

async function becomeAdministrator(serviceUrl: string, code: string): Promise<string> {
  const body = { code, name: '示范省管理员（演示）' };
  return (await createServiceClient(serviceUrl, null).post<{ token: string }>('/v1/administrators', body)).token;
}

async function ensurePlatform(
  registration: Registration,
  service: ServiceClient,
  once: Once,
  origin: string,
): Promise<NonNullable<Registration['platform']>> {
  const known = registration.platform;
  if (known?.origin === origin) return known;
  if (known !== undefined) {
    await service.patch(`/v1/callers/${known.id}`, { origins: [origin] });
    return { ...known, origin };
  }
  const body = { name: '示范省公共资源交易平台（演示）', role: 'platform', origins: [origin] };
  const { id, token } = await once<{ id: string; token: string }>('/v1/callers', body);
  return { id, token, origin };
}

function load(file: string): Registration {
  if (!existsSync(file)) return { id: randomBytes(8).toString('hex') };
  return JSON.parse(readFileSync(file, 'utf8')) as Registration;
}

/** A registration is worth nothing once the service has forgotten it (its data folder is new). */
async function usable(registration: Registration, serviceUrl: string): Promise<Registration> {
  if (registration.administratorToken === undefined) return registration;
  try {
    await createServiceClient(serviceUrl, registration.administratorToken).get('/v1/callers/self');
    return registration;
  } catch (error) {
    if (error instanceof ServiceFailure && error.status === 401) return { id: randomBytes(8).toString('hex') };
    throw error;
  }
}
