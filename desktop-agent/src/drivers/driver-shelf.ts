import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import type { CryptoOps } from '@onelock/core/crypto';
import { isCodedError } from '@onelock/core/errors';
import type { Reason } from '@onelock/core/verdict';
import {
  DriverStore,
  driversToHost,
  type InstalledDriver,
  installedDrivers,
  isTouchedByRecall,
  noTrust,
  readDriverTrust,
} from '@onelock/drivers/catalogue';
import { type DriverManifest, thisSystem } from '@onelock/drivers/manifest';
import type { DriverConfig } from '@onelock/drivers/port';
import { fetchCatalogue } from './fetch-catalogue.ts';

export interface DriverShelfOptions {
  readonly stateDir: string;
  /** Whom to believe about drivers; null: nobody, so that only configured and built-in drivers run. */
  readonly anchorsDir: string | null;
  /** Drivers of the agent's own configuration; null where nothing is configured. */
  readonly explicit: readonly unknown[] | null;
  readonly serviceUrl: string | null;
  readonly ops: CryptoOps;
  readonly now: () => Date;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Told what should run now, whenever that changed, and which drivers must not go on for anybody as they have run so far. */
  readonly onChanged: (configs: readonly DriverConfig[], recalled: ReadonlySet<string>) => void;
  readonly onProblem: (what: string, reason: Reason) => void;
}

/** A driver that was added by the command line, or a library that a vendor's installer has just put there, shows this soon. */
const lookMs = 3_000;
const fetchMs = 4 * 3600 * 1000;
/** After a start, so that fetching is in nobody's way. */
const firstFetchMs = 2_000;
const retryMs = 5 * 60 * 1000;

/**
 * Which drivers this agent runs, as that changes: its configuration, signed manifests and the catalogue of the service, kept as
 * they were last accepted.
 */
export class DriverShelf {
  readonly #options: DriverShelfOptions;
  readonly #store: DriverStore;
  #trust = noTrust;
  #told = '';
  #stamp = '';
  #tag: string | null = null;
  #reported = new Set<string>();
  readonly #look: NodeJS.Timeout;
  #fetch: NodeJS.Timeout | undefined;
  #refused: { readonly at: number; readonly rows: readonly InstalledDriver[] } = {
    at: Number.NEGATIVE_INFINITY,
    rows: [],
  };
  /** Every manifest a driver may have run by since the start: somebody's work keeps an older one running. */
  readonly #ran = new Map<string, Set<DriverManifest>>();
  #closed = false;

  constructor(options: DriverShelfOptions) {
    const { stateDir, ops, now } = options;
    this.#options = options;
    this.#store = new DriverStore({
      folder: path.join(stateDir, 'drivers'),
      trust: () => this.#trust,
      ops,
      now,
    });
    this.#look = setInterval(() => this.#lookAgain(), lookMs);
    this.#look.unref();
    if (options.serviceUrl !== null && options.anchorsDir !== null) this.#fetchIn(firstFetchMs);
  }

  /** What should run now. @throws {CodedError} ERR_DRIVER_CONFIG_INVALID for the agent's own configuration */
  configs(): readonly DriverConfig[] {
    const configs = driversToHost(this.#options.explicit, this.installed());
    this.#told = JSON.stringify(configs);
    return configs;
  }

  /** Every known driver and what it is on this computer. */
  installed(): readonly InstalledDriver[] {
    const { stateDir, environment } = this.#options;
    const system = thisSystem(environment);
    if (system === null) return [];
    this.#readTrust();
    const contents = this.#store.contents();
    for (const { file, reason } of contents.problems) this.#report(file, reason);
    const installed = installedDrivers(contents, {
      system,
      driversFolder: path.join(stateDir, 'drivers'),
      tokenFolder: path.join(stateDir, 'tokens'),
      exists: existsSync,
    });
    for (const { manifest, state, cause } of installed) {
      if (state === 'refused' && cause !== null) this.#report(manifest.id, cause);
      if (state === 'ready') this.#remember(manifest);
    }
    return installed;
  }

  /** Drivers that do not run because they were recalled, put back to an older manifest or cannot be run here. */
  refused(): readonly InstalledDriver[] {
    const now = performance.now();
    if (now - this.#refused.at > lookMs)
      this.#refused = { at: now, rows: this.installed().filter(({ state }) => state === 'refused') };
    return this.#refused.rows;
  }

  close(): void {
    this.#closed = true;
    clearInterval(this.#look);
    clearTimeout(this.#fetch);
  }

  /** Asks the service once, and takes what it has when that is newer and signed by whom we believe. */
  async update(): Promise<void> {
    const { serviceUrl } = this.#options;
    if (serviceUrl === null) return;
    const fetched = await fetchCatalogue(serviceUrl, this.#tag);
    if (fetched === null) return;
    this.#readTrust();
    await this.#store.accept(fetched.signed);
    this.#tag = fetched.tag;
    this.#tellIfChanged();
  }

  /** Anchors that cannot be read: nobody is believed, and what the agent was told itself still runs. */
  #readTrust(): void {
    const { anchorsDir } = this.#options;
    try {
      this.#trust = anchorsDir === null ? noTrust : readDriverTrust([anchorsDir]);
    } catch (error) {
      if (!isCodedError(error)) throw error;
      this.#trust = noTrust;
      this.#report('drivers', { code: error.code, params: error.params });
    }
  }

  #fetchIn(delayMs: number): void {
    if (this.#closed) return;
    this.#fetch = setTimeout(() => void this.#fetchNow(), delayMs);
    this.#fetch.unref();
  }

  async #fetchNow(): Promise<void> {
    try {
      await this.update();
      this.#fetchIn(fetchMs);
    } catch (error) {
      if (!isCodedError(error)) throw error;
      if (error.code !== 'ERR_SERVICE_UNAVAILABLE')
        this.#report('catalogue', { code: error.code, params: error.params });
      this.#fetchIn(retryMs);
    }
  }

  /** Cheap while nothing changes: the ledger's time, and which libraries are there. */
  #lookAgain(): void {
    const ledger = statSync(path.join(this.#options.stateDir, 'drivers/ledger.json'), { throwIfNoEntry: false });
    const stamp = `${ledger?.mtimeMs ?? 0} ${Math.floor(performance.now() / 30_000)}`;
    if (stamp === this.#stamp) return;
    this.#stamp = stamp;
    this.#tellIfChanged();
  }

  #tellIfChanged(): void {
    const before = this.#told;
    const recalled = this.#recalled();
    const configs = this.configs();
    if (this.#told !== before) this.#options.onChanged(configs, recalled);
  }

  #recalled(): ReadonlySet<string> {
    const recalls = this.#store.contents().catalogue?.recalls ?? [];
    const isRecalled = (manifest: DriverManifest): boolean => isTouchedByRecall(manifest, recalls);
    return new Set([...this.#ran].filter(([, manifests]) => [...manifests].some(isRecalled)).map(([id]) => id));
  }

  #remember(manifest: DriverManifest): void {
    const ran = this.#ran.get(manifest.id) ?? new Set();
    if (![...ran].some(({ version }) => version === manifest.version)) ran.add(manifest);
    this.#ran.set(manifest.id, ran);
  }

  /** Once for each, not every three seconds. */
  #report(what: string, reason: Reason): void {
    const key = `${what} ${reason.code}`;
    if (this.#reported.has(key)) return;
    this.#reported.add(key);
    this.#options.onProblem(what, reason);
  }
}
