import { CodedError } from '@onelock/core/errors';
import type { Pkcs11DriverConfig, TokenDriver } from '../port/index.ts';

/** The PKCS#11 driver in this process. The agent hosts it instead, see `@onelock/drivers/host`. */
export async function createPkcs11Driver(config: Pkcs11DriverConfig): Promise<TokenDriver> {
  throw new CodedError('ERR_DRIVER_NOT_INSTALLED', { driver: config.id, detail: 'not built yet' });
}

/** Loads the compiled binding. @throws ERR_DRIVER_NOT_INSTALLED */
export function loadPkcs11Module(driver: string): void {
  throw new CodedError('ERR_DRIVER_NOT_INSTALLED', { driver, detail: 'not built yet' });
}
