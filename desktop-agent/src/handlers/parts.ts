import type { CryptoOps } from '@onelock/core/crypto';
import type { AgentConfig } from '../config.ts';
import type { Prompt } from '../consent/prompt.ts';
import type { EventSender } from '../dispatch/events.ts';
import type { HandleTable } from '../dispatch/handles.ts';
import type { KeySessions } from '../dispatch/key-sessions.ts';
import type { Judge } from '../service/judge.ts';
import type { ServiceClient } from '../service/service-client.ts';
import type { LocalTrust } from '../service/trust-anchors.ts';
import type { Shell } from '../shell/shell.ts';
import type { TokenFleet } from '../tokens/fleet.ts';

/** What handlers work with: ports in, results out. */
export interface AgentParts {
  readonly config: AgentConfig;
  readonly productVersion: string;
  readonly ops: CryptoOps;
  readonly now: () => Date;
  readonly fleet: TokenFleet;
  readonly handles: HandleTable;
  readonly sessions: KeySessions;
  readonly prompt: Prompt;
  readonly events: EventSender;
  readonly judge: Judge;
  readonly service: ServiceClient | null;
  readonly trust: LocalTrust;
  readonly shell: Shell;
}
