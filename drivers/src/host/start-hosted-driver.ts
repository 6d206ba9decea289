import { CodedError } from '@onelock/core/errors';
import type { DriverConfig } from '../port/index.ts';
import type { HostedDriver, HostedDriverOptions } from './hosted-driver.ts';

/**
 * Starts one driver in its own child process and waits until it answers.
 *
 * @throws {CodedError} ERR_DRIVER_CONFIG_INVALID, ERR_DRIVER_NOT_INSTALLED, ERR_DRIVER_CRASHED, ERR_DRIVER_TIMEOUT
 */
export async function startHostedDriver(
  config: DriverConfig,
  _options: HostedDriverOptions = {},
): Promise<HostedDriver> {
  throw new CodedError('ERR_DRIVER_NOT_INSTALLED', { driver: config.id, detail: 'host not built yet' });
}
