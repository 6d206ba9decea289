import { maxFrameBytes } from '@onelock/core/contract';

/**
 * What one listener gives before it refuses. A trading page makes some tens of calls in a login; these leave it ten
 * times that, and keep a hostile page from making the computer slow or the person weary.
 */
export const transportLimits = {
  frameBytes: maxFrameBytes,
  /** Characters of a frame of a site that the person has not allowed: enough to introduce itself and to ask. */
  strangerFrameLength: 64 * 1024,
  connections: 48,
  connectionsPerOrigin: 12,
  /** Over all sites that the person has not allowed: they cannot take the places of those that are. */
  connectionsOfStrangers: 24,
  /** A stranger about whom the person is not being asked gives its place back, at the next of these intervals. */
  strangerIdleMs: 60_000,
  callsInFlight: 16,
  calls: { burst: 120, perSecond: 40 },
  /** New connections of one site. */
  upgrades: { burst: 40, perSecond: 5 },
  /** Sites whose rate is remembered; past that the oldest is forgotten. */
  rememberedOrigins: 256,
  headerBytes: 16 * 1024,
  headersTimeoutMs: 5_000,
  pingIntervalMs: 20_000,
  /** A page may sleep in a background tab; its browser still answers pings. */
  silenceMs: 70_000,
  /** Bytes waiting in a socket whose page does not read; past that it is closed. */
  sendBufferBytes: 16 * 1024 * 1024,
} as const;
