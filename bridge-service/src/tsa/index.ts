export type { ClockMonitor } from './clock-monitor.ts';
export { type StartedAuthority, startAuthority } from './start-authority.ts';
export { accuracySeconds, type StampOutcome, TimestampAuthority } from './timestamp-authority.ts';
