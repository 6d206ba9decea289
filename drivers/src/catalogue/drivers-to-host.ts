import { type DriverConfig, parseDriverConfigs } from '../port/index.ts';
import type { InstalledDriver } from './installed-drivers.ts';

/**
 * The drivers that an agent runs: those of its own configuration, which its owner answers for, and those of signed manifests
 * whose library is on this computer. The built-in ones run where the configuration says nothing. An id of the
 * configuration goes before the same id from elsewhere.
 *
 * @param explicit  null where nothing is configured
 * @throws {CodedError} ERR_DRIVER_CONFIG_INVALID
 */
export function driversToHost(
  explicit: readonly unknown[] | null,
  installed: readonly InstalledDriver[],
): readonly DriverConfig[] {
  const own = parseDriverConfigs(explicit ?? []);
  const taken = new Set(own.map(({ id }) => id));
  const others = installed.flatMap(({ origin, state, config }) => {
    if (state !== 'ready' || config === null || taken.has(config.id)) return [];
    return origin === 'built-in' && explicit !== null ? [] : [config];
  });
  return parseDriverConfigs([...own, ...others]);
}
