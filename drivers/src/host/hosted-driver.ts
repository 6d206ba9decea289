import type { ErrorCode, ErrorParams } from '@onelock/core/errors';
import type { DriverConfig, TokenDriver } from '../port/index.ts';
import type { NetworkAccess } from '../process/without-network.ts';

/** A driver that runs in its own process. Everything of {@link TokenDriver}, plus what one wants to know of the process. */
export interface HostedDriver extends TokenDriver {
  readonly config: DriverConfig;
  status(): HostStatus;
  /** Calls back when the host crashed or is back. Returns the way to stop. */
  onStatusChanged(listener: (event: HostEvent) => void): () => void;
}

export interface HostStatus {
  readonly state: 'running' | 'restarting' | 'closed';
  /** Counts the host's lives, from 1. Sessions die with their life. */
  readonly generation: number;
  /** The host's process id while it runs. */
  readonly pid: number | null;
  /** Whether the process can reach the network, and if so why. */
  readonly network: NetworkAccess;
  readonly lastFailure: { readonly code: ErrorCode; readonly params: ErrorParams } | null;
  /** Sessions that are open and calls under way: somebody works with a device of it. */
  readonly inUse: boolean;
}

/** For the contract's event agentStatusChanged. */
export type HostEvent =
  /** The host died, hung (ERR_DRIVER_TIMEOUT) or broke the protocol, and was ended; `code` says which. */
  | { readonly kind: 'crashed'; readonly driver: string; readonly generation: number; readonly code: ErrorCode }
  /** A new host answers; devices should be listed again. */
  | { readonly kind: 'restarted'; readonly driver: string; readonly generation: number };

/** How long one call may take once the host has begun it, in milliseconds. */
export interface HostTimeouts {
  readonly startMs: number;
  readonly listDevicesMs: number;
  readonly listIdentitiesMs: number;
  readonly pinStatusMs: number;
  readonly openSessionMs: number;
  readonly closeSessionMs: number;
  readonly signMs: number;
  readonly randomMs: number;
  readonly decryptMs: number;
  readonly decryptContentMs: number;
  readonly changePinMs: number;
  readonly unblockPinMs: number;
  readonly requestUnblockMs: number;
  readonly finishUnblockMs: number;
  /** RSA key pairs take their time on a key's chip. */
  readonly generateKeyPairMs: number;
  readonly importCertificateMs: number;
  readonly importEncryptionKeyPairMs: number;
  readonly listFilesMs: number;
  readonly readFileMs: number;
  readonly listMechanismsMs: number;
  /** Calls during which a person types on the device itself: once, or the old PIN and twice the new one. */
  readonly padMs: number;
  /** How long a call waits for its turn on a busy token before ERR_TOKEN_BUSY. */
  readonly queueMs: number;
}

export interface HostedDriverOptions {
  readonly timeouts?: Partial<HostTimeouts>;
  /** Upper limits of the host process, enforced by the system where util-linux's `prlimit` is present. */
  readonly limits?: Partial<HostLimits>;
  /** Where the host's own error output goes; `inherit` only for development. */
  readonly standardError?: 'ignore' | 'inherit';
  /** Delay before the second restart in a row; doubles up to 30 s. The first restart is immediate. Default 250. */
  readonly restartDelayMs?: number;
  /** What other programs are told of who has the driver's devices, e.g. `onelock-agent`: letters, digits, blanks, dots, dashes. */
  readonly program?: string;
  /** Another program than our own host, for tests of what a host must not do. */
  readonly entry?: URL;
}

export interface HostLimits {
  readonly openFiles: number;
  /** RLIMIT_DATA, in megabytes. */
  readonly dataMegabytes: number;
  /** V8's old generation, in megabytes. */
  readonly heapMegabytes: number;
}
