import type { EventPayload } from '@onelock/core/contract';
import { deviceSummary } from './handlers/agent-and-devices.ts';
import type { AgentParts } from './handlers/parts.ts';

type StatusChange = EventPayload<'agentStatusChanged'>;

/** Turns what happens to devices, drivers and the service into the contract's events. */
export function announce(parts: AgentParts): void {
  const { events, fleet, handles, sessions, service } = parts;
  const status = (payload: StatusChange): void => events.broadcast('agentStatusChanged', () => payload);

  fleet.onEvent((event) => {
    switch (event.kind) {
      case 'device-inserted':
        events.broadcast('deviceInserted', ({ origin }) => ({ device: deviceSummary(parts, origin, event.present) }));
        return;
      case 'device-removed': {
        const { present } = event;
        void sessions.closeOfDevice(present);
        events.broadcast('deviceRemoved', ({ origin }) => ({
          device: handles.deviceHandle(origin, present),
          generation: present.generation,
          label: present.device.label.slice(0, 128),
        }));
        handles.forget(present);
        return;
      }
      case 'driver-crashed':
        void sessions.closeOfDriver(event.driver);
        status({ change: 'driver-crashed', driver: event.driver, reason: event.reason });
        return;
      case 'driver-restarted':
        status({ change: 'driver-restarted', driver: event.driver, reason: null });
    }
  });

  service?.onChanged((reason) =>
    status({ change: reason === null ? 'service-restored' : 'service-lost', driver: null, reason }),
  );
}
