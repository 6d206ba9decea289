import type { CallName } from '@onelock/core/contract';
import { CodedError } from '@onelock/core/errors';
import type { TokenCapability } from '@onelock/drivers/port';
import type { PresentDevice } from '../tokens/fleet.ts';

/** @throws {CodedError} ERR_CALL_UNSUPPORTED, before any window opens for what the token cannot do */
export function demandCapability({ device }: PresentDevice, capability: TokenCapability, call: CallName): void {
  if (!device.capabilities.includes(capability)) throw new CodedError('ERR_CALL_UNSUPPORTED', { call });
}

/** Either way of opening an envelope will do. @throws {CodedError} ERR_CALL_UNSUPPORTED */
export function demandDecryption({ device }: PresentDevice, call: CallName): void {
  if (!device.capabilities.some((each) => each === 'decrypt' || each === 'decrypt-content'))
    throw new CodedError('ERR_CALL_UNSUPPORTED', { call });
}
