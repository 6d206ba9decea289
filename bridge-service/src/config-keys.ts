import { connectionKeys } from './config-keys/connections.ts';
import { evidenceKeys } from './config-keys/evidence.ts';
import { importAndTimeKeys } from './config-keys/imports-and-time.ts';
import { logInKeys } from './config-keys/log-ins.ts';
import { operationKeys } from './config-keys/operation.ts';
import { storageKeys } from './config-keys/storage.ts';

export type { ConfigKey } from './config-keys/config-key.ts';

/** Every key of the service. Units are in the names. */
export const configKeys = {
  ...storageKeys,
  ...operationKeys,
  ...connectionKeys,
  ...logInKeys,
  ...evidenceKeys,
  ...importAndTimeKeys,
} as const;
