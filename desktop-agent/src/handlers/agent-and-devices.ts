import { type CallName, contractVersion, limits, type Result } from '@onelock/core/contract';
import type { InstalledDriver } from '@onelock/drivers/catalogue';
import type { CallContext, Handlers } from '../dispatch/call-context.ts';
import { servedEvents } from '../dispatch/events.ts';
import type { DriverRow, PresentDevice } from '../tokens/fleet.ts';
import type { Origin } from '../transport/origin.ts';
import { callsOfDevice } from './calls-of-device.ts';
import { checkEnvironment } from './check-environment.ts';
import type { AgentParts } from './parts.ts';

export type DeviceSummary = Result<'listDevices'>['devices'][number];
export type DriverState = Result<'listDrivers'>['drivers'][number];

/** @param servedCalls  asked when called, since these handlers are among them */
export function agentAndDevices(parts: AgentParts, servedCalls: () => readonly CallName[]) {
  return {
    getAgentInfo: async () => ({
      product: 'OneLock',
      productVersion: parts.productVersion,
      contractVersion,
      backend: 'agent',
      calls: [...servedCalls()],
      events: [...servedEvents],
      maxContentBytes: limits.content,
      streams: true,
      developerMode: parts.config.originPolicy === 'loopback-http',
    }),

    checkEnvironment: (params) => checkEnvironment(parts, params),

    listDrivers: async () => {
      const hosted = parts.fleet.drivers().map(driverState);
      const running = new Set(hosted.map(({ driver }) => driver));
      const refused = parts.shelf.refused().filter(({ manifest }) => !running.has(manifest.id));
      return { drivers: [...hosted, ...refused.map(refusedState)].slice(0, 64) };
    },

    listDevices: async ({ kinds }, { origin }) => {
      const unread = await parts.fleet.refresh();
      return {
        devices: parts.fleet
          .devices()
          .filter(({ device }) => kinds === undefined || kinds.includes(device.kind))
          .map((present) => deviceSummary(parts, origin, present)),
        incomplete: unread.map(driverState),
      };
    },

    getDeviceInfo: async ({ device: handle }, context: CallContext) => {
      const present = parts.handles.device(context.origin, handle);
      const { device } = present;
      return {
        ...deviceSummary(parts, context.origin, present),
        serialNumber: device.serialNumber.slice(0, 128),
        firmwareVersion: device.firmwareVersion,
        algorithms: device.algorithms.filter((algorithm) => algorithm !== 'ed25519'),
        freeSpaceBytes: device.freeSpace,
        calls: callsOfDevice(device).filter((call) => servedCalls().includes(call)),
      };
    },
  } satisfies Handlers;
}

export function deviceSummary(parts: AgentParts, origin: Origin, present: PresentDevice): DeviceSummary {
  const { driver, device, generation } = present;
  return {
    device: parts.handles.deviceHandle(origin, present),
    generation,
    kind: device.kind,
    driver: driver.info.id,
    vendor: device.vendor.slice(0, 128),
    model: device.model.slice(0, 128),
    label: device.label.slice(0, 128),
  };
}

export function driverState({ config, hosted, restarts, cause }: DriverRow): DriverState {
  return {
    driver: config.id,
    family: config.family,
    vendor: (hosted?.info.vendor ?? config.vendor ?? '').slice(0, 128),
    version: (hosted?.info.version ?? '').slice(0, 64),
    state: stateOf(hosted, cause),
    restarts,
    cause,
  };
}

/** A driver that is known here and is not to run: recalled, or put back to an older manifest. */
function refusedState({ manifest, cause }: InstalledDriver): DriverState {
  const { id, family, vendor, version } = manifest;
  return {
    driver: id,
    family,
    vendor: vendor.name.slice(0, 128),
    version: String(version),
    state: 'disabled',
    restarts: 0,
    cause,
  };
}

function stateOf(hosted: DriverRow['hosted'], cause: DriverRow['cause']): DriverState['state'] {
  if (hosted !== null) return hosted.status().state === 'running' ? 'running' : 'restarting';
  if (cause === null) return 'starting';
  return cause.code === 'ERR_DRIVER_NOT_INSTALLED' ? 'not-installed' : 'crashed';
}
