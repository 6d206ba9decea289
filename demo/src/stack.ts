import { chmodSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { checkout } from './programs/entry.ts';
import { isWindow } from './programs/events.ts';
import type { Program } from './programs/program.ts';
import { ensureProvince } from './province/create-province.ts';
import { ensureCredential, openEnrolment } from './province/enrolment.ts';
import type { Province } from './province/manifest.ts';
import { type ProvinceCallers, registerProvince } from './province/register.ts';
import { createServiceClient } from './service-client.ts';
import { ensurePages } from './stack/ensure-pages.ts';
import { freePort } from './stack/free-port.ts';
import { ensureSiteKey } from './stack/site-key.ts';
import { startAgent, startService, startSite, startTestCa } from './stack/start-parts.ts';

export interface StackOptions {
  /** Everything the stack keeps: database, province, what the agent remembers. A second start goes on from it. */
  readonly folder: string;
  /** 0 lets the system choose. */
  readonly ports: {
    readonly service: number;
    readonly site: number;
    readonly agent: readonly number[];
    /** Of the test CA's enrolment door. */
    readonly ca?: number;
  };
  /** How the agent shows its windows: `print` announces their addresses to {@link RunningStack.onWindow} alone. */
  readonly agentShell: 'auto' | 'chromium' | 'print';
  readonly softHsm: 'when-found' | 'never';
  /** Gives a start up that is under way: what runs already is ended, and `startStack` rejects. */
  readonly signal?: AbortSignal;
  /** Told in a few words what is being done. */
  readonly say?: (text: string) => void;
}

/** Service, agent and trading site, each a program of its own, over one province. */
export interface RunningStack {
  readonly province: Province;
  readonly callers: ProvinceCallers;
  readonly service: { readonly url: string; readonly program: Program };
  /** Enrolment door of the province's authorities. */
  readonly ca: { readonly url: string; readonly program: Program };
  readonly agent: { readonly url: string; readonly port: number; readonly program: Program };
  readonly site: { readonly url: string; readonly program: Program };
  /** Hears the one-time address of each window that the agent could not put on a screen itself. @returns the way to stop */
  onWindow(listener: (url: string) => void): () => void;
  /** Resolves with the first program that ends without being asked to. */
  readonly failed: Promise<Program>;
  /** Ends every program and leaves no process. */
  stop(): Promise<void>;
}

/**
 * Starts the demonstration. Programs that were started are ended again when a later one does not come up.
 *
 * @throws {Error} with the last words of the program that failed
 */
export async function startStack(options: StackOptions): Promise<RunningStack> {
  const say = options.say ?? (() => undefined);
  // Driver hosts run as a user of their own and must be able to pass through.
  mkdirSync(options.folder, { recursive: true });
  chmodSync(options.folder, 0o711);
  await ensurePages(say);
  say('准备示范省：测试 CA、企业、密钥 / preparing the province: test authorities, companies, keys');
  const province = await ensureProvince(
    { folder: path.join(options.folder, 'province'), now: new Date(), softHsm: options.softHsm },
    createNodeCrypto(),
  );

  const programs: Program[] = [];
  let stopping: Promise<void> | undefined;
  const stopAll = async (): Promise<void> => {
    for (const program of programs.toReversed()) await program.stop();
  };
  const stop = (): Promise<void> => {
    stopping ??= stopAll();
    return stopping;
  };
  const abort = (): void => void stop();
  options.signal?.addEventListener('abort', abort);
  try {
    options.signal?.throwIfAborted();
    say('启动互认服务、代理与交易网站 / starting service, agent and trading site');
    // The service's login page has to know where the agent will be.
    const agentPorts = options.ports.agent.includes(0) ? [await freePort()] : options.ports.agent;
    const passwordFile = ensureCredential(province, path.join(options.folder, 'service'));
    const keep = <One extends { readonly program: Program }>(one: One): One => {
      programs.push(one.program);
      return one;
    };
    // Side by side; when one does not come up, the other has come up or given up before both are ended.
    const started = await Promise.allSettled([
      startTestCa(province.folder, passwordFile, options.ports.ca ?? 0).then(keep),
      startService(options.folder, options.ports.service, agentPorts).then(keep),
    ] as const);
    const [ca, service] = [upOf(started[0]), upOf(started[1])];
    options.signal?.throwIfAborted();
    const sitePort = options.ports.site === 0 ? await freePort() : options.ports.site;
    const siteUrl = `http://127.0.0.1:${sitePort}`;
    const callers = await registerProvince(province, {
      serviceUrl: service.url,
      siteOrigin: siteUrl,
      administratorCode: service.administratorCode,
    });
    const caUrl = `http://127.0.0.1:${ca.port}`;
    const administrator = createServiceClient(service.url, callers.administratorToken);
    await openEnrolment(province, administrator, caUrl);
    const { id: platformId } = await createServiceClient(service.url, callers.platformToken).get<{ id: string }>(
      '/v1/callers/self',
    );
    // Before the agent starts: it learns the key with the registry of platforms.
    const ticketKeyFile = await ensureSiteKey(path.join(options.folder, 'site'), platformId, administrator);
    const agent = await startAgent({
      folder: options.folder,
      ports: agentPorts,
      shell: options.agentShell,
      province,
      serviceUrl: service.url,
      serviceToken: callers.agentToken,
      serviceKey: await keyOfService(service.url),
    });
    programs.push(agent.program);
    options.signal?.throwIfAborted();
    const site = await startSite({
      port: sitePort,
      serviceUrl: service.url,
      serviceToken: callers.platformToken,
      agentPorts,
      pagesDir: path.join(checkout, 'demo/dist/pages'),
      ticketKeyFile,
    });
    programs.push(site.program);
    const failed = Promise.race(programs.map(async (program) => program.ended.then(() => program)));
    return {
      province,
      callers,
      service: { url: service.url, program: service.program },
      ca: { url: caUrl, program: ca.program },
      agent: { url: `ws://127.0.0.1:${agent.port}/v1`, port: agent.port, program: agent.program },
      site: { url: siteUrl, program: site.program },
      onWindow: (listener) =>
        agent.program.onEvent((event) => {
          if (isWindow(event)) listener(event.url);
        }),
      failed: failed.then((program) => (stopping !== undefined ? new Promise<Program>(() => undefined) : program)),
      stop,
    };
  } catch (error) {
    await stop();
    // One may have come up while the others were being ended.
    await stopAll();
    throw error;
  } finally {
    options.signal?.removeEventListener('abort', abort);
  }
}

async function keyOfService(url: string): Promise<string> {
  const { keys } = await createServiceClient(url, null).get<{ keys: readonly { publicKey: string }[] }>('/v1/keys');
  return keys.map(({ publicKey }) => publicKey).join(',');
}

function upOf<T>(result: PromiseSettledResult<T>): T {
  if (result.status === 'rejected') throw result.reason;
  return result.value;
}
