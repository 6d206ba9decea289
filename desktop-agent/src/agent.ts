import { contractVersion, type HelloResultValue, maxFrameBytes } from '@onelock/core/contract';
import { parsePublicKey } from '@onelock/core/crypto';
import { createNodeCiphers, createNodeCrypto } from '@onelock/core/crypto/node';
import { type CodedError, isCodedError } from '@onelock/core/errors';
import { announce } from './announce.ts';
import type { AgentConfig } from './config.ts';
import { PromptQueue } from './consent/prompt-queue.ts';
import { type CallRecord, converse } from './dispatch/dispatcher.ts';
import { EventSender, servedEvents } from './dispatch/events.ts';
import { HandleTable } from './dispatch/handles.ts';
import { KeySessions } from './dispatch/key-sessions.ts';
import { OriginRegistry } from './dispatch/origin-registry.ts';
import { Permissions } from './dispatch/permissions.ts';
import { DriverShelf } from './drivers/driver-shelf.ts';
import { FilePicker } from './files/file-picker.ts';
import { KeptFiles } from './files/kept-files.ts';
import { PickedFiles } from './files/picked-files.ts';
import { Spool } from './files/spool.ts';
import { createHandlers, servedCalls } from './handlers/index.ts';
import { InterruptedBatches } from './handlers/interrupted-batches.ts';
import type { KeptEnvelope } from './handlers/kept-envelope.ts';
import type { AgentParts } from './handlers/parts.ts';
import type { Log } from './log.ts';
import { fetchRegistry } from './platforms/fetch-registry.ts';
import { KnownSites } from './platforms/known-sites.ts';
import { PlatformRegistry } from './platforms/platform-registry.ts';
import { ExpiryReminders } from './reminders/expiry-reminders.ts';
import { KeyCertificates } from './reminders/key-certificates.ts';
import { RevocationWatch } from './reminders/revocation-watch.ts';
import { ToldThresholds } from './reminders/told-thresholds.ts';
import { createJudge } from './service/judge.ts';
import { createServiceClient } from './service/service-client.ts';
import { LocalTrust } from './service/trust-anchors.ts';
import { pickShell } from './shell/pick-shell.ts';
import { clearStaleProfiles } from './shell/stale-profiles.ts';
import { UsedTickets } from './tickets/used-tickets.ts';
import { TokenFleet } from './tokens/fleet.ts';
import { openDoor } from './transport/door.ts';
import { sparingly } from './transport/refusal-log.ts';
import { builtPagesFolder, loadPageFiles } from './window/page-files.ts';
import { WindowPrompt } from './window/window-prompt.ts';
import { startWindowServer } from './window/window-server.ts';

export const productVersion = '0.1.0';

export interface RunningAgent {
  readonly port: number;
  /** Ends everything that the agent started: pages' connections, windows, driver hosts. */
  close(): Promise<void>;
}

export interface Surroundings {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly log: Log;
  readonly now: () => Date;
  /** Shows the one-time address of a window where no window can be opened. */
  readonly printWindow: (url: string) => void;
}

/**
 * Puts the agent together and opens its door.
 *
 * @throws {CodedError} ERR_AGENT_PORTS_TAKEN, ERR_DRIVER_CONFIG_INVALID, ERR_CRYPTO_SELF_TEST_FAILED
 */
export async function startAgent(config: AgentConfig, surroundings: Surroundings): Promise<RunningAgent> {
  const { environment, log, now, printWindow } = surroundings;
  const ops = createNodeCrypto();
  const pages = loadPageFiles(builtPagesFolder());
  if (pages.size === 0) log.error('the windows were not built: run desktop-agent/build-pages.ts');
  const windows = await startWindowServer(pages);
  const staleProfiles = await clearStaleProfiles(config.stateDir, now());
  if (staleProfiles > 0) log.info({ staleProfiles }, 'removed windows of an agent that was killed');
  const shell = pickShell(config.shell, { environment, stateDir: config.stateDir, print: printWindow });
  const platforms = openPlatformRegistry(config, { ops, now, log });
  const sites = new KnownSites(config.origins, platforms);
  if (config.origins === 'any')
    log.warn('every https site may ask for the keys of this computer (ONELOCK_AGENT_ORIGINS=*)');
  const prompt = new WindowPrompt({
    server: windows,
    siteName: (origin) => sites.standing(origin)?.name ?? null,
    shell,
    language: config.language,
    timeoutMs: config.consentTimeoutMs,
  });
  const queue = new PromptQueue(prompt, () => now().getTime());
  const permissions = new Permissions(sites, new OriginRegistry(config.stateDir), queue, now);
  const events = new EventSender(permissions, (error) => log.error({ error }, 'an event broke the contract'));
  const handles = new HandleTable();
  const sessions = new KeySessions(
    (session, state, cause) =>
      events.send(session.connection, 'keySessionChanged', {
        key: handles.keyHandle(session.connection.origin, session.target),
        state,
        cause,
        purposes: [...session.purposes],
        expiresAt: state === 'opened' ? session.expiresAt.toISOString() : null,
      }),
    (error) => log.error({ error }, 'a key session did not close'),
  );
  const trust = new LocalTrust(config.trustAnchorsDir, (file) => log.warn({ file }, 'not a certificate'));
  const service = config.service === null ? null : createServiceClient(config.service);
  const judge = createJudge({
    service,
    trust,
    ops,
    now,
    onServiceRefusal: (code) => log.warn({ code }, 'the service did not judge, the agent does'),
  });
  const shelf = new DriverShelf({
    stateDir: config.stateDir,
    anchorsDir: config.driverAnchorsDir,
    explicit: config.drivers,
    serviceUrl: config.service?.url ?? null,
    ops,
    now,
    environment,
    onChanged: (configs, recalled) => void fleet.adopt(configs, recalled),
    onProblem: (what, reason) => log.warn({ what, ...reason }, 'a driver is not used'),
  });
  const fleet = await TokenFleet.start(shelf.configs());
  const keptEnvelopes = new KeptFiles<KeptEnvelope>(({ spooled }) => spooled.release());
  const parts: AgentParts = {
    config,
    productVersion,
    ops,
    ciphers: createNodeCiphers(ops),
    now,
    fleet,
    shelf,
    handles,
    sessions,
    batches: new InterruptedBatches(),
    spool: new Spool(config.stateDir),
    picker: new FilePicker({ prompt: queue, hidden: () => [config.stateDir, ...tokenFolders(fleet)] }),
    picked: new PickedFiles(),
    keptEnvelopes,
    tickets: new UsedTickets(config.stateDir, now()),
    prompt: queue,
    events,
    judge,
    service,
    trust,
    shell,
    platforms,
  };
  announce(parts);
  const told = new ToldThresholds(config.stateDir);
  const looking = {
    ...{ fleet, events, handles, now, told, certificates: new KeyCertificates() },
    onProblem: (error: unknown) => log.error({ error }, 'certificates were not looked at'),
  };
  const reminders = new ExpiryReminders(looking);
  const revocations = new RevocationWatch({ ...looking, service, everyMs: config.revocationEveryMs });
  const look = (): void => {
    reminders.look();
    revocations.look();
  };
  const handlers = createHandlers(parts);
  const greeting = (): HelloResultValue => ({
    product: 'OneLock',
    productVersion,
    contractVersion,
    backend: 'agent',
    capabilities: {
      calls: [...servedCalls(handlers)],
      events: [...servedEvents],
      streams: true,
      maxFrameBytes,
    },
  });
  const onCallEnd = (record: CallRecord): void => {
    logCall(log, record);
    // A site that the person has just allowed, or a key that has just been written, has not been looked at yet.
    if (record.error === null && record.call === 'listCertificates') look();
  };
  const logRefusal = sparingly<{ readonly error: CodedError; readonly what: string }>((refusal, leftOut) =>
    log.warn(leftOut === 0 ? refusal : { ...refusal, leftOut }, 'refused at the door'),
  );
  const door = await openDoor({
    ports: config.ports,
    originPolicy: config.originPolicy,
    isAllowed: (origin) => permissions.isAllowed(origin),
    onRefusal: (error, what) => logRefusal({ error, what }),
    onConnection: (connection) => {
      connection.closed.addEventListener('abort', () => void sessions.closeOfConnection(connection));
      return converse(
        {
          handlers,
          permissions,
          events,
          greeting,
          onCallEnd,
          onGreeted: look,
        },
        connection,
      );
    },
  });
  return {
    port: door.port,
    close: async () => {
      service?.close();
      shelf.close();
      await Promise.all([reminders.close(), revocations.close()]);
      await platforms?.close();
      await door.close();
      await sessions.closeAll();
      await keptEnvelopes.close();
      await prompt.close();
      await Promise.all([windows.close(), fleet.close()]);
    },
  };
}

/** Where tokens that are files lie: nobody picks a key by mistake. */
function tokenFolders(fleet: TokenFleet): readonly string[] {
  return fleet.drivers().flatMap(({ config }) => (config.family === 'soft' ? [config.folder] : []));
}

/** null where the agent was told no key of a service: then its own configuration alone says which sites may ask. */
function openPlatformRegistry(
  { service, serviceKeys, stateDir }: AgentConfig,
  { ops, now, log }: Pick<AgentParts, 'ops' | 'now'> & { readonly log: Log },
): PlatformRegistry | null {
  if (service === null || serviceKeys.length === 0) return null;
  return new PlatformRegistry({
    ...{ stateDir, ops, now, keys: serviceKeys.map((spki) => parsePublicKey(spki)) },
    fetch: (signal) => fetchRegistry(service, signal),
    onProblem: (reason) => log.warn({ ...reason }, 'the registry of platforms was not renewed'),
  });
}

/** One line per call: what, for whom, how long, how it ended. Neither parameters nor results. */
function logCall(log: Log, { error, ...record }: CallRecord): void {
  if (error === null) log.info(record, 'call');
  else if (isCodedError(error) && error.code !== 'ERR_AGENT_INTERNAL') log.info({ ...record, error }, 'call refused');
  else log.error({ ...record, error }, 'call failed');
}
