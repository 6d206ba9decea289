import { setTimeout as delay } from 'node:timers/promises';
import { CodedError, isCodedError } from '@onelock/core/errors';
import type { Reason } from '@onelock/core/verdict';
import { type HostedDriver, startHostedDriver } from '@onelock/drivers/host';
import { type DriverConfig, parseDriverConfigs, type TokenDevice } from '@onelock/drivers/port';

/** A device during one stay: from the moment it is usable to its removal. */
export interface PresentDevice {
  readonly driver: HostedDriver;
  readonly device: TokenDevice;
  /** Differs for every stay of the same device. */
  readonly generation: number;
  /** Aborts, with ERR_TOKEN_REMOVED as its reason, the moment the device is gone. */
  readonly gone: AbortSignal;
}

/** One configured driver, running or not. */
export interface DriverRow {
  readonly config: DriverConfig;
  readonly hosted: HostedDriver | null;
  readonly restarts: number;
  /** Why it does not run; null when it does. */
  readonly cause: Reason | null;
}

export type FleetEvent =
  | { readonly kind: 'device-inserted'; readonly present: PresentDevice }
  | { readonly kind: 'device-removed'; readonly present: PresentDevice }
  | { readonly kind: 'driver-crashed'; readonly driver: string; readonly reason: Reason }
  | { readonly kind: 'driver-restarted'; readonly driver: string };

interface PresentEntry {
  readonly value: PresentDevice;
  readonly leave: AbortController;
}

interface Slot {
  readonly config: DriverConfig;
  hosted: HostedDriver | null;
  restarts: number;
  cause: Reason | null;
  readonly present: Map<string, PresentEntry>;
  /** Looks at one driver happen one after the other, so that none overtakes a newer one. */
  look: Promise<void>;
  starting: boolean;
  /** Settles once its first start has come to an end, or has taken too long to be waited for. */
  readonly begun: PromiseWithResolvers<void>;
}

/** A page that lists keys right after the start of a computer finds them, however busy that is; a driver that hangs delays it once. */
const firstStartMs = 15_000;

function patientFor(milliseconds: number): PromiseWithResolvers<void> {
  const begun = Promise.withResolvers<void>();
  const timer = setTimeout(begun.resolve, milliseconds).unref();
  void begun.promise.then(() => clearTimeout(timer));
  return begun;
}

const newSlot = (config: DriverConfig): Slot => ({
  begun: patientFor(firstStartMs),
  config,
  hosted: null,
  restarts: 0,
  cause: null,
  present: new Map(),
  look: Promise.resolve(),
  starting: false,
});

const startPatienceMs = 3_000;
/** How long until a driver that could not be started is tried again. */
const retryMs = 30_000;
/** How often a newer driver looks whether somebody still works with the older one. */
const replaceMs = 2_000;

/** A driver that is to come anew while somebody works with a device of it; one that is recalled or removed is not waited for. */
function isReplacedInUse({ config, hosted }: Slot, wanted: Iterable<DriverConfig>): boolean {
  return hosted?.status().inUse === true && [...wanted].some(({ id }) => id === config.id);
}

/** All drivers, each in its own process, and the devices that are present on them. */
export class TokenFleet {
  #slots: readonly Slot[];
  readonly #listeners = new Set<(event: FleetEvent) => void>();
  readonly #retry: NodeJS.Timeout;
  #later: NodeJS.Timeout | undefined;
  #closed = false;

  private constructor(slots: readonly Slot[]) {
    this.#slots = slots;
    this.#retry = setInterval(() => void this.#startMissing(), retryMs);
    this.#retry.unref();
  }

  /**
   * Starts every driver, and waits a little for them. One that is slow goes on starting; one that cannot be started keeps
   * its row with the cause; neither disturbs another.
   *
   * @throws {CodedError} ERR_DRIVER_CONFIG_INVALID
   */
  static async start(drivers: readonly unknown[]): Promise<TokenFleet> {
    const fleet = new TokenFleet(parseDriverConfigs(drivers).map(newSlot));
    await Promise.race([fleet.#startMissing(), delay(startPatienceMs, undefined, { ref: false })]);
    return fleet;
  }

  /**
   * Runs these drivers from now on. One whose configuration stayed the same goes on undisturbed; one that is gone leaves with its
   * devices; one that changed is gone and comes anew, as soon as nobody works with a device of it.
   *
   * @param recalled  ids of drivers that nobody is to finish with: they come anew at once
   * @throws {CodedError} ERR_DRIVER_CONFIG_INVALID; then nothing changes
   */
  async adopt(drivers: readonly unknown[], recalled: ReadonlySet<string> = new Set()): Promise<void> {
    const wanted = new Map(parseDriverConfigs(drivers).map((config) => [JSON.stringify(config), config]));
    const staying = this.#slots.filter(({ config }) => wanted.delete(JSON.stringify(config)));
    const mayFinish = this.#slots.filter((slot) => !staying.includes(slot) && !recalled.has(slot.config.id));
    const waiting = mayFinish.filter((slot) => isReplacedInUse(slot, wanted.values()));
    for (const { config } of waiting) for (const [text, { id }] of wanted) if (id === config.id) wanted.delete(text);
    staying.push(...waiting);
    clearTimeout(this.#later);
    if (waiting.length > 0) this.#later = setTimeout(() => void this.#adoptLater(drivers), replaceMs).unref();
    const leaving = this.#slots.filter((slot) => !staying.includes(slot));
    this.#slots = [...staying, ...[...wanted.values()].map(newSlot)];
    await Promise.all(leaving.map((slot) => this.#dismiss(slot)));
    if (!this.#closed) await this.#startMissing();
  }

  /** What could not be taken while somebody worked. It was found right once. */
  async #adoptLater(drivers: readonly unknown[]): Promise<void> {
    if (!this.#closed) await this.adopt(drivers);
  }

  drivers(): readonly DriverRow[] {
    return this.#slots.map(({ config, hosted, restarts, cause }) => {
      const failure = hosted?.status().state === 'restarting' ? hosted.status().lastFailure : null;
      return { config, hosted, restarts, cause: cause ?? failure };
    });
  }

  /** Devices as of the newest look at each driver. */
  devices(): readonly PresentDevice[] {
    return this.#slots.flatMap((slot) => [...slot.present.values()].map((entry) => entry.value));
  }

  /** Looks again at every driver, those included that are only just starting; gives those that could not be read. */
  async refresh(): Promise<readonly DriverRow[]> {
    const unread = new Set<DriverConfig>();
    await Promise.all(
      this.#slots.map(async (slot) => {
        await slot.begun.promise;
        if (slot.hosted === null || !(await this.#look(slot))) unread.add(slot.config);
      }),
    );
    return this.drivers().filter((row) => unread.has(row.config));
  }

  onEvent(listener: (event: FleetEvent) => void): void {
    this.#listeners.add(listener);
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#retry);
    clearTimeout(this.#later);
    this.#listeners.clear();
    await Promise.all(this.#slots.map((slot) => slot.hosted?.close()));
  }

  async #dismiss(slot: Slot): Promise<void> {
    await slot.look;
    for (const [id, entry] of slot.present) this.#leaves(slot, id, entry);
    await slot.hosted?.close();
  }

  async #startMissing(): Promise<void> {
    await Promise.all(
      this.#slots.filter((slot) => slot.hosted === null && !slot.starting).map((slot) => this.#startSlot(slot)),
    );
  }

  async #startSlot(slot: Slot): Promise<void> {
    slot.starting = true;
    try {
      const hosted = await startHostedDriver(slot.config, { program: 'onelock-agent' });
      if (this.#closed || !this.#slots.includes(slot)) return await hosted.close();
      slot.hosted = hosted;
      slot.cause = null;
      hosted.onDevicesChanged(() => void this.#look(slot));
      hosted.onStatusChanged((event) => {
        if (event.kind === 'crashed') {
          slot.restarts += 1;
          const { driver, code } = event;
          const params = hosted.status().lastFailure?.params ?? { driver };
          this.#tell({ kind: 'driver-crashed', driver, reason: { code, params } });
        } else {
          this.#tell({ kind: 'driver-restarted', driver: event.driver });
          void this.#look(slot);
        }
      });
      await this.#look(slot);
    } catch (error) {
      if (!isCodedError(error)) throw error;
      slot.cause = { code: error.code, params: error.params };
    } finally {
      slot.starting = false;
      slot.begun.resolve();
    }
  }

  /** Compares what is present with what was; false when the driver did not answer, and then nothing changes. */
  #look(slot: Slot): Promise<boolean> {
    const look = slot.look.then(() => this.#compare(slot));
    slot.look = look.then(() => undefined);
    return look;
  }

  async #compare(slot: Slot): Promise<boolean> {
    const { hosted } = slot;
    if (hosted === null || this.#closed || !this.#slots.includes(slot)) return false;
    let found: readonly TokenDevice[];
    try {
      found = await hosted.listDevices();
    } catch (error) {
      if (isCodedError(error)) return false;
      throw error;
    }
    if (!this.#slots.includes(slot)) return false;
    const stays = new Set(found.map((device) => `${device.id}#${device.insertion}`));
    for (const [id, entry] of slot.present) {
      if (stays.has(`${id}#${entry.value.generation}`)) continue;
      this.#leaves(slot, id, entry);
    }
    for (const device of found) {
      // One that its driver cannot read yet, and so can do nothing, is here when it can: the next look tries again.
      if (slot.present.has(device.id) || device.capabilities.length === 0) continue;
      const leave = new AbortController();
      const value = { driver: hosted, device, generation: device.insertion, gone: leave.signal };
      slot.present.set(device.id, { value, leave });
      this.#tell({ kind: 'device-inserted', present: value });
    }
    return true;
  }

  #leaves(slot: Slot, id: string, { leave, value }: PresentEntry): void {
    slot.present.delete(id);
    leave.abort(new CodedError('ERR_TOKEN_REMOVED'));
    this.#tell({ kind: 'device-removed', present: value });
  }

  #tell(event: FleetEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}
