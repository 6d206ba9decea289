import { CodedError, isCodedError } from '@onelock/core/errors';
import type { Reason } from '@onelock/core/verdict';
import { type DriverSurroundings, driverConfigOf } from '../manifest/index.ts';
import type { DriverConfig } from '../port/index.ts';
import type { KnownDriver, StoreContents } from './driver-store.ts';
import { recalledError, recallOf, withoutRecalledBuilds } from './recall.ts';

/**
 * `ready`: its library is there; whether it is one of the publisher's is found out when it is loaded. `absent`: nothing of
 * it is on this computer, which is no fault. `refused`: recalled, put back to an older manifest, or it cannot be run here.
 */
export interface InstalledDriver extends KnownDriver {
  readonly state: 'ready' | 'absent' | 'removed' | 'refused';
  readonly config: DriverConfig | null;
  readonly cause: Reason | null;
}

/** What each known driver is on this computer. */
export function installedDrivers(
  { drivers, outdated, catalogue, removed }: StoreContents,
  surroundings: DriverSurroundings,
): readonly InstalledDriver[] {
  const recalls = catalogue?.recalls ?? [];
  const unwanted = new Set(removed);
  const old = outdated
    .filter(({ manifest }) => !unwanted.has(manifest.id))
    .map(({ seen, ...known }) => {
      const { id, version } = known.manifest;
      return refused(known, new CodedError('ERR_DRIVER_VERSION_ROLLBACK', { name: id, version, known: seen }));
    });
  const present = drivers.map((known): InstalledDriver => {
    const { manifest } = known;
    const recall = recallOf(manifest, recalls);
    if (recall !== undefined) return refused(known, recalledError(manifest.id, recall));
    if (removed.includes(manifest.id)) return { ...known, state: 'removed', config: null, cause: null };
    try {
      const config = driverConfigOf(withoutRecalledBuilds(manifest, recalls, surroundings.system), surroundings);
      return { ...known, state: 'ready', config, cause: null };
    } catch (error) {
      if (!isCodedError(error)) throw error;
      const absent = notHere.has(error.code);
      return { ...refused(known, error), ...(absent && { state: 'absent' }) };
    }
  });
  return [...present, ...old];
}

const notHere: ReadonlySet<string> = new Set([
  'ERR_DRIVER_NOT_INSTALLED',
  'ERR_DRIVER_SYSTEM_UNSUPPORTED',
  'ERR_CALL_UNSUPPORTED',
]);

function refused(known: KnownDriver, { code, params }: CodedError): InstalledDriver {
  return { ...known, state: 'refused', config: null, cause: { code, params } };
}
