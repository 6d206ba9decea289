import type { Ports } from '../ports/ports.ts';
import type { UseContext } from '../watch-list/watch-use.ts';
import { fold } from '../watch-list/watch-use.ts';
import { watchDigest } from '../watch-list/watch-value.ts';

/** What of a use goes into the audit entry's details, to be counted: the device by a keyed digest, as the watch-list knows it. */
export function useDetails(
  { personal }: Pick<Ports, 'personal'>,
  { driver, driverVersion, deviceSerial }: UseContext = {},
): Readonly<Record<string, string>> {
  return {
    ...(driver !== undefined && { driver: driverVersion === undefined ? driver : `${driver}@${driverVersion}` }),
    ...(deviceSerial !== undefined && {
      device: watchDigest(personal, 'key-serial', fold('key-serial', deviceSerial)),
    }),
  };
}
