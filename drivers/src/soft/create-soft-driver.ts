import { CodedError } from '@onelock/core/errors';
import type { SoftDriverConfig, TokenDriver } from '../port/index.ts';

/** The file-token driver in this process. The agent hosts it instead, see `@onelock/drivers/host`. */
export async function createSoftDriver(config: SoftDriverConfig): Promise<TokenDriver> {
  throw new CodedError('ERR_DRIVER_NOT_INSTALLED', { driver: config.id, detail: 'not built yet' });
}
