import { type ErrorParams, isCodedError } from '@onelock/core/errors';
import { describeError, type Locale } from '@onelock/core/messages';
import { startHostedDriver } from '../host/index.ts';
import type { DriverConfig, PinStatus, TokenDevice, TokenDriver } from '../port/index.ts';

/** One driver as `onelock driver list` shows it. */
export interface DriverReport {
  readonly id: string;
  readonly family: string;
  /** null while the driver does not run. */
  readonly vendor: string | null;
  readonly version: string | null;
  readonly health: 'running' | 'failed';
  readonly cause: { readonly code: string; readonly params: ErrorParams; readonly message: string } | null;
  readonly devices: readonly DeviceReport[];
}

export interface DeviceReport extends TokenDevice {
  readonly pin: PinStatus;
  readonly identities: readonly { readonly id: string; readonly label: string }[];
}

/** Starts every driver in its host, looks, and stops it again. One that fails is a row like the others. */
export function listDrivers(configs: readonly DriverConfig[], locale: Locale): Promise<readonly DriverReport[]> {
  return Promise.all(configs.map((config) => reportDriver(config, locale)));
}

async function reportDriver(config: DriverConfig, locale: Locale): Promise<DriverReport> {
  const { id, family } = config;
  try {
    const driver = await startHostedDriver(config);
    try {
      const { vendor, version } = driver.info;
      return { id, family, vendor, version, health: 'running', cause: null, devices: await reportDevices(driver) };
    } finally {
      await driver.close();
    }
  } catch (error) {
    if (!isCodedError(error)) throw error;
    const { code, params } = error;
    const cause = { code, params, message: describeError(code, params, locale) };
    return { id, family, vendor: config.vendor ?? null, version: null, health: 'failed', cause, devices: [] };
  }
}

async function reportDevices(driver: TokenDriver): Promise<readonly DeviceReport[]> {
  const reports: DeviceReport[] = [];
  for (const device of await driver.listDevices()) {
    const pin = await driver.pinStatus(device.id);
    const identities = (await driver.listIdentities(device.id)).map(({ id, label }) => ({ id, label }));
    reports.push({ ...device, pin, identities });
  }
  return reports;
}
