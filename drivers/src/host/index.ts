export type {
  HostEvent,
  HostedDriver,
  HostedDriverOptions,
  HostLimits,
  HostStatus,
  HostTimeouts,
} from './hosted-driver.ts';
export { startHostedDriver } from './start-hosted-driver.ts';
