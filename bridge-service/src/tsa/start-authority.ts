import type { CryptoOps } from '@onelock/core/crypto';
import type { ServiceConfig } from '../config.ts';
import { askTimeServer } from '../outbound/index.ts';
import type { Clock } from '../services/ports/clock.ts';
import { type ClockDoubt, ClockMonitor } from './clock-monitor.ts';
import { loadStampingKeys } from './stamping-key.ts';
import { accuracySeconds, TimestampAuthority } from './timestamp-authority.ts';

const quarantineMs = 60_000;
const watchEveryMs = 1_000;
const askServersEveryMs = 5 * 60_000;
const askTimeoutMs = 3_000;

export interface AuthorityParts {
  readonly config: Pick<ServiceConfig, 'tsaDir' | 'tsaPolicy' | 'timeServers'>;
  readonly clock: Clock;
  readonly ops: CryptoOps;
  readonly logger: { warn(data: object, message: string): void };
  readonly monotonicMs?: (() => number) | undefined;
}

export interface StartedAuthority {
  /** Absent without keys. */
  readonly authority: TimestampAuthority | undefined;
  readonly monitor: ClockMonitor;
  stop(): void;
}

/**
 * Watches the clock, every second, and compares it with time servers where there are some: judgements rest on it, with or without stamps. Starts the built-in
 * authority where the configuration has a folder of its keys.
 *
 * @throws {CodedError} ERR_SERVICE_CONFIG_INVALID
 */
export function startAuthority(parts: AuthorityParts): StartedAuthority {
  const { config, clock, ops, logger, monotonicMs = () => performance.now() } = parts;
  const keys = config.tsaDir === null ? null : loadStampingKeys(config.tsaDir, ops);
  const monitor = new ClockMonitor({ clock, monotonicMs, toleranceMs: accuracySeconds * 1000, quarantineMs });
  let known: ClockDoubt | undefined;
  const watch = setInterval(() => {
    const doubt = monitor.doubt();
    if (doubt !== known && doubt !== undefined)
      logger.warn(
        { doubt, offsetMs: monitor.offsetMs },
        'the clock is in doubt: no stamps, and judgements by a time that may be wrong',
      );
    known = doubt;
  }, watchEveryMs);
  const compare = (): void => {
    void compareWithServers(config.timeServers, monitor, clock, logger);
  };
  const comparing = setInterval(compare, askServersEveryMs);
  watch.unref();
  comparing.unref();
  compare();
  return {
    authority:
      keys === null ? undefined : new TimestampAuthority({ keys, policy: config.tsaPolicy, clock, monitor, ops }),
    monitor,
    stop: () => {
      clearInterval(watch);
      clearInterval(comparing);
    },
  };
}

/** The middle one of what the servers say: one of three may be wrong. Without an answer what was known stays. */
async function compareWithServers(
  servers: readonly string[],
  monitor: ClockMonitor,
  clock: Clock,
  logger: AuthorityParts['logger'],
): Promise<void> {
  const asked = await Promise.allSettled(
    servers.map((server) => {
      const { hostname, port } = new URL(`ntp://${server}`);
      const now = (): number => clock().getTime();
      return askTimeServer({ host: hostname, port: Number(port || 123) }, { timeoutMs: askTimeoutMs, now });
    }),
  );
  const offsets = asked.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : [])).sort((a, b) => a - b);
  const middle = offsets[Math.floor(offsets.length / 2)];
  if (middle !== undefined) monitor.noteOffset(middle);
  else if (servers.length > 0) logger.warn({ servers }, 'no time server answers');
}
