import type { CipherOps, CryptoOps } from '@onelock/core/crypto';
import type { AgentConfig } from '../config.ts';
import type { Prompt } from '../consent/prompt.ts';
import type { EventSender } from '../dispatch/events.ts';
import type { HandleTable } from '../dispatch/handles.ts';
import type { KeySessions } from '../dispatch/key-sessions.ts';
import type { DriverShelf } from '../drivers/driver-shelf.ts';
import type { FilePicker } from '../files/file-picker.ts';
import type { KeptFiles } from '../files/kept-files.ts';
import type { PickedFiles } from '../files/picked-files.ts';
import type { Spool } from '../files/spool.ts';
import type { PlatformRegistry } from '../platforms/platform-registry.ts';
import type { Judge } from '../service/judge.ts';
import type { ServiceClient } from '../service/service-client.ts';
import type { LocalTrust } from '../service/trust-anchors.ts';
import type { Shell } from '../shell/shell.ts';
import type { UsedTickets } from '../tickets/used-tickets.ts';
import type { TokenFleet } from '../tokens/fleet.ts';
import type { InterruptedBatches } from './interrupted-batches.ts';
import type { KeptEnvelope } from './kept-envelope.ts';

/** What handlers work with: ports in, results out. */
export interface AgentParts {
  readonly config: AgentConfig;
  readonly productVersion: string;
  readonly ops: CryptoOps;
  readonly ciphers: CipherOps;
  readonly now: () => Date;
  readonly fleet: TokenFleet;
  readonly shelf: Pick<DriverShelf, 'refused'>;
  readonly handles: HandleTable;
  readonly sessions: KeySessions;
  readonly batches: InterruptedBatches;
  readonly spool: Spool;
  readonly picker: FilePicker;
  readonly picked: PickedFiles;
  readonly keptEnvelopes: KeptFiles<KeptEnvelope>;
  /** Request tickets that were used. */
  readonly tickets: UsedTickets;
  readonly prompt: Prompt;
  readonly events: EventSender;
  readonly judge: Judge;
  readonly service: ServiceClient | null;
  readonly trust: LocalTrust;
  readonly shell: Shell;
  /** null where no service vouches for sites. */
  readonly platforms: PlatformRegistry | null;
}
