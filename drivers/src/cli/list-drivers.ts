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
  /** `in-use`: another program of this person, the agent for one, has it now. */
  readonly health: 'running' | 'in-use' | 'failed';
  readonly cause: Cause | null;
  readonly devices: readonly DeviceReport[];
}

export interface Cause {
  readonly code: string;
  readonly params: ErrorParams;
  readonly message: string;
}

export interface DeviceReport extends TokenDevice {
  /** null where the device could not be read; see `cause`. */
  readonly pin: PinStatus | null;
  readonly identities: readonly { readonly id: string; readonly label: string }[];
  /** Why this device could not be read, though its driver runs. */
  readonly cause: Cause | null;
}

/** Starts every driver in its host, looks, and stops it again. One that fails is a row like the others. */
export function listDrivers(configs: readonly DriverConfig[], locale: Locale): Promise<readonly DriverReport[]> {
  return Promise.all(configs.map((config) => reportDriver(config, locale)));
}

async function reportDriver(config: DriverConfig, locale: Locale): Promise<DriverReport> {
  const { id, family } = config;
  try {
    const driver = await startHostedDriver(config, { program: 'onelock driver list' });
    try {
      const { vendor, version } = driver.info;
      return {
        id,
        family,
        vendor,
        version,
        health: 'running',
        cause: null,
        devices: await reportDevices(driver, locale),
      };
    } finally {
      await driver.close();
    }
  } catch (error) {
    const cause = causeOf(error, locale);
    const health = cause.code === 'ERR_DRIVER_IN_USE' ? 'in-use' : 'failed';
    return { id, family, vendor: config.vendor ?? null, version: null, health, cause, devices: [] };
  }
}

async function reportDevices(driver: TokenDriver, locale: Locale): Promise<readonly DeviceReport[]> {
  const reports: DeviceReport[] = [];
  for (const device of await driver.listDevices()) reports.push(await reportDevice(driver, device, locale));
  return reports;
}

/** A device that cannot be read is a row like the others. */
async function reportDevice(driver: TokenDriver, device: TokenDevice, locale: Locale): Promise<DeviceReport> {
  try {
    const pin = await driver.pinStatus(device.id);
    const identities = (await driver.listIdentities(device.id)).map(({ id, label }) => ({ id, label }));
    return { ...device, pin, identities, cause: null };
  } catch (error) {
    return { ...device, pin: null, identities: [], cause: causeOf(error, locale) };
  }
}

function causeOf(error: unknown, locale: Locale): Cause {
  if (!isCodedError(error)) throw error;
  const { code, params } = error;
  return { code, params, message: describeError(code, params, locale) };
}
