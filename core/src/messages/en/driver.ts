import type { driverErrors } from '../../errors/rows/driver.ts';
import type { WordsFor } from '../words.ts';

export const driverWords = {
  ERR_DRIVER_CRASHED: 'The driver {driver} crashed and was restarted: try again',
  ERR_DRIVER_TIMEOUT: 'The driver {driver} did not answer within {timeoutMs} ms and was restarted',
  ERR_DRIVER_NOT_INSTALLED: 'The driver {driver} is not installed or cannot be loaded: {detail}',
  ERR_DRIVER_PROTOCOL: 'The driver process {driver} broke the protocol: {detail}',
  ERR_DRIVER_CONFIG_INVALID: 'The driver configuration is wrong: {field} {rule}',
  ERR_DRIVER_CLOSED: 'The driver {driver} has been stopped: restart the agent and try again',
  ERR_DRIVER_IN_USE: 'The driver {driver} is in use by {program} (process {pid}): close that first',
  ERR_DRIVER_LIMIT_EXCEEDED: 'The data exceeds what the driver takes: {limit}',
  ERR_DRIVER_MANIFEST_MALFORMED: 'The driver manifest or catalogue is not as it must be: {field} {rule}',
  ERR_DRIVER_MANIFEST_UNSIGNED: 'The driver manifest or catalogue is not signed and is not accepted',
  ERR_DRIVER_MANIFEST_UNTRUSTED: 'The signature of the driver manifest or catalogue is not trusted ({reason})',
  ERR_DRIVER_VERSION_ROLLBACK:
    'Version {version} of {name} is not newer than version {known}, which this computer knows',
  ERR_DRIVER_RECALLED: 'The driver {driver} was recalled: {reason}',
  ERR_DRIVER_UNKNOWN: 'There is no {driver} in the driver catalogue',
  ERR_DRIVER_SYSTEM_UNSUPPORTED: 'The driver {driver} does not support this system, {system}',
  ERR_DRIVER_LIBRARY_ALTERED:
    'The library {file} of the driver {driver} is none of those that its publisher signed for: it was not loaded',
  ERR_DRIVER_LIBRARY_UNSAFE: 'Others may change the library {file} of the driver {driver}: it was not loaded ({rule})',
} as const satisfies WordsFor<typeof driverErrors>;
