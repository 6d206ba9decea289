import type { driverErrors } from '../../errors/rows/driver.ts';
import type { WordsFor } from '../words.ts';

export const driverWords = {
  ERR_DRIVER_CRASHED: 'The driver {driver} crashed and was restarted: try again',
  ERR_DRIVER_TIMEOUT: 'The driver {driver} did not answer within {timeoutMs} ms and was restarted',
  ERR_DRIVER_NOT_INSTALLED: 'The driver {driver} is not installed or cannot be loaded: {detail}',
  ERR_DRIVER_PROTOCOL: 'The driver process {driver} broke the protocol: {detail}',
  ERR_DRIVER_CONFIG_INVALID: 'The driver configuration is wrong: {field} {rule}',
  ERR_DRIVER_CLOSED: 'The driver {driver} has been stopped: restart the agent and try again',
  ERR_DRIVER_LIMIT_EXCEEDED: 'The data exceeds what the driver takes: {limit}',
} as const satisfies WordsFor<typeof driverErrors>;
