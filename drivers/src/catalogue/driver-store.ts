import { rmSync } from 'node:fs';
import path from 'node:path';
import type { CryptoOps } from '@onelock/core/crypto';
import { CodedError, isCodedError } from '@onelock/core/errors';
import type { Reason } from '@onelock/core/verdict';
import {
  type DriverManifest,
  type DriverTrust,
  openSignedContent,
  parseManifest,
  readJson,
  type SignedContent,
} from '../manifest/index.ts';
import { builtInDrivers, runOnlyWhenWanted } from './built-in.ts';
import { type DriverCatalogue, parseCatalogue } from './catalogue-schema.ts';
import { type DriverLedger, emptyLedger, encodeLedger, parseLedger } from './ledger.ts';
import { refuseRecalled } from './recall.ts';
import { readIfThere, replaceFile, underLock } from './store-files.ts';

export interface DriverStoreOptions {
  /** Ours alone; made when it is not there. */
  readonly folder: string;
  readonly trust: () => DriverTrust;
  readonly ops: CryptoOps;
  readonly now: () => Date;
}

export interface KnownDriver {
  readonly manifest: DriverManifest;
  readonly origin: 'built-in' | 'catalogue' | 'added';
}

export interface OutdatedDriver extends KnownDriver {
  /** The version that was seen before. */
  readonly seen: number;
}

export interface StoreContents {
  readonly catalogue: DriverCatalogue | null;
  /** When the certificate of the catalogue's signer ends, ISO 8601. */
  readonly catalogueSignerNotAfter: string | null;
  /** The newest manifest of each driver that is still accepted. */
  readonly drivers: readonly KnownDriver[];
  /** Drivers of which only manifests are here that are older than one that was accepted before: a file was put back. */
  readonly outdated: readonly OutdatedDriver[];
  /** Drivers that the person does not want, or has not asked for. */
  readonly removed: readonly string[];
  /** What stands in the folder and is not accepted: altered on the disk, or no longer trusted. */
  readonly problems: readonly { readonly file: string; readonly reason: Reason }[];
}

/** What a file of the catalogue's keeper turned out to be. */
export type Accepted =
  | { readonly kind: 'catalogue'; readonly catalogue: DriverCatalogue; readonly changed: boolean }
  | { readonly kind: 'manifest'; readonly manifest: DriverManifest; readonly changed: boolean };

/**
 * The drivers that this computer knows: the catalogue and the single manifests that it accepted, kept as they were signed.
 * Every reading judges the signatures again, each at the moment when it was accepted, so that what is altered on the disk is
 * refused and what was good does not end with its signer's certificate in the middle of a bid opening.
 */
export class DriverStore {
  readonly #options: DriverStoreOptions;

  constructor(options: DriverStoreOptions) {
    this.#options = options;
  }

  /** Never throws for what stands in the folder: what is not good is told in `problems`. */
  contents(): StoreContents {
    const problems: { file: string; reason: Reason }[] = [];
    const ledger = this.#ledgerOr((reason) => problems.push({ file: path.basename(this.#ledgerFile), reason }));
    const read = <T>(file: string, acceptedAt: string, parse: (content: Uint8Array) => T) => {
      try {
        const bytes = readIfThere(file);
        if (bytes === null) throw new CodedError('ERR_DRIVER_MANIFEST_MALFORMED', { field: '', rule: 'absent' });
        const opened = this.#open(bytes, new Date(acceptedAt));
        return { opened, value: parse(opened.content) };
      } catch (error) {
        if (!isCodedError(error)) throw error;
        problems.push({ file: path.basename(file), reason: { code: error.code, params: error.params } });
        return null;
      }
    };
    const catalogue =
      ledger.catalogue === null ? null : read(this.#catalogueFile, ledger.catalogue.acceptedAt, parseCatalogue);
    const added = Object.entries(ledger.added).flatMap(([id, { acceptedAt }]) => {
      const manifest = read(this.#manifestFile(id), acceptedAt, (content) =>
        requireIdentity(parseManifest(content), id),
      );
      return manifest === null ? [] : [manifest.value];
    });
    const newest = newestOfEach([
      ...builtInDrivers.map((manifest) => ({ manifest, origin: 'built-in' }) as const),
      ...(catalogue?.value.drivers ?? []).map((manifest) => ({ manifest, origin: 'catalogue' }) as const),
      ...added.map((manifest) => ({ manifest, origin: 'added' }) as const),
    ]);
    const seenOf = ({ manifest }: KnownDriver): number =>
      Math.max(newestSeen(manifest.id, ledger), addedVersion(manifest.id, ledger));
    const known = newest.filter((each) => each.manifest.version >= seenOf(each));
    const outdated = newest
      .filter((each) => !known.includes(each))
      .map((each): OutdatedDriver => ({ ...each, seen: seenOf(each) }));
    return {
      catalogue: catalogue?.value ?? null,
      catalogueSignerNotAfter: catalogue?.opened.signerNotAfter ?? null,
      drivers: known,
      outdated,
      removed: [...ledger.removed, ...notAskedFor(known, ledger)],
      problems,
    };
  }

  /**
   * Takes a catalogue or a single manifest, whichever the signed bytes are. The same bytes again change nothing.
   *
   * @throws {CodedError} ERR_DRIVER_MANIFEST_MALFORMED, ERR_DRIVER_MANIFEST_UNSIGNED, ERR_DRIVER_MANIFEST_UNTRUSTED,
   *   ERR_DRIVER_VERSION_ROLLBACK, ERR_DRIVER_RECALLED, ERR_FILE_UNWRITABLE; then nothing changes
   */
  async accept(bytes: Uint8Array): Promise<Accepted> {
    const { content } = this.#open(bytes, this.#options.now());
    const kind = kindOf(content);
    return kind === 'onelock-driver-catalogue'
      ? this.#acceptCatalogue(bytes, parseCatalogue(content))
      : this.#acceptManifest(bytes, parseManifest(content));
  }

  /**
   * Wants a driver again that was removed.
   * @throws {CodedError} ERR_DRIVER_UNKNOWN, ERR_DRIVER_RECALLED
   */
  async want(id: string): Promise<KnownDriver> {
    const { drivers, catalogue } = this.contents();
    const known = drivers.find(({ manifest }) => manifest.id === id);
    if (known === undefined) throw new CodedError('ERR_DRIVER_UNKNOWN', { driver: id });
    refuseRecalled(known.manifest, catalogue?.recalls ?? []);
    await this.#change((ledger) => ({
      ...ledger,
      removed: ledger.removed.filter((each) => each !== id),
      ...(runOnlyWhenWanted.has(id) && { wanted: [...new Set([...(ledger.wanted ?? []), id])] }),
    }));
    return known;
  }

  /**
   * Forgets a manifest that was added, and does not want the driver of that name from anywhere else.
   * @throws {CodedError} ERR_DRIVER_UNKNOWN
   */
  async remove(id: string): Promise<void> {
    if (!this.contents().drivers.some(({ manifest }) => manifest.id === id) && !(id in this.#ledger().added))
      throw new CodedError('ERR_DRIVER_UNKNOWN', { driver: id });
    await this.#change((ledger) => {
      const { [id]: _gone, ...added } = ledger.added;
      const wanted = ledger.wanted?.filter((each) => each !== id);
      return { ...ledger, added, removed: [...new Set([...ledger.removed, id])], ...(wanted && { wanted }) };
    });
    rmSync(this.#manifestFile(id), { force: true });
  }

  async #acceptCatalogue(bytes: Uint8Array, catalogue: DriverCatalogue): Promise<Accepted> {
    return this.#changing<Accepted>((ledger) => {
      const sha256 = this.#sha256(bytes);
      const known = ledger.catalogue;
      if (known?.sha256 === sha256 && readIfThere(this.#catalogueFile) !== null)
        return [ledger, { kind: 'catalogue', catalogue, changed: false }];
      refuseRollback('driver catalogue', catalogue.version, known?.sha256 === sha256 ? undefined : known?.version);
      replaceFile(this.#catalogueFile, bytes);
      const acceptedAt = this.#options.now().toISOString();
      const newest = { ...ledger.newest };
      for (const { id, version } of catalogue.drivers) newest[id] = Math.max(version, newestSeen(id, ledger));
      const changed = { ...ledger, newest, catalogue: { version: catalogue.version, sha256, acceptedAt } };
      return [changed, { kind: 'catalogue', catalogue, changed: true }];
    });
  }

  async #acceptManifest(bytes: Uint8Array, manifest: DriverManifest): Promise<Accepted> {
    const { catalogue } = this.contents();
    return this.#changing<Accepted>((ledger) => {
      const { id, version } = manifest;
      const sha256 = this.#sha256(bytes);
      const known = Object.hasOwn(ledger.added, id) ? ledger.added[id] : undefined;
      refuseRecalled(manifest, catalogue?.recalls ?? []);
      const removed = ledger.removed.filter((each) => each !== id);
      if (known?.sha256 === sha256 && readIfThere(this.#manifestFile(id)) !== null)
        return [
          { ...ledger, removed },
          { kind: 'manifest', manifest, changed: false },
        ];
      const seen = newestSeen(id, ledger);
      if (version < seen) throw new CodedError('ERR_DRIVER_VERSION_ROLLBACK', { name: id, version, known: seen });
      if (known !== undefined && known.sha256 !== sha256) refuseRollback(id, version, known.version);
      replaceFile(this.#manifestFile(id), bytes);
      const acceptedAt = this.#options.now().toISOString();
      const changed = {
        ...ledger,
        removed,
        newest: { ...ledger.newest, [id]: version },
        added: { ...ledger.added, [id]: { version, sha256, acceptedAt } },
      };
      return [changed, { kind: 'manifest', manifest, changed: true }];
    });
  }

  async #change(act: (ledger: DriverLedger) => DriverLedger): Promise<void> {
    await this.#changing((ledger) => [act(ledger), undefined]);
  }

  #changing<T>(act: (ledger: DriverLedger) => readonly [DriverLedger, T]): Promise<T> {
    return underLock(path.join(this.#options.folder, 'ledger.lock'), () => {
      const before = this.#ledger();
      const [after, value] = act(before);
      if (after !== before) replaceFile(this.#ledgerFile, encodeLedger(after));
      return value;
    });
  }

  /** A ledger that cannot be read counts as none: then nothing that was accepted before is trusted. */
  #ledger(): DriverLedger {
    const bytes = readIfThere(this.#ledgerFile);
    return (bytes === null ? null : parseLedger(bytes)) ?? emptyLedger;
  }

  /** For reading only: whoever changes a ledger that cannot be read now would lose what stands in it. */
  #ledgerOr(onProblem: (reason: Reason) => void): DriverLedger {
    try {
      return this.#ledger();
    } catch (error) {
      if (!isCodedError(error)) throw error;
      onProblem({ code: error.code, params: error.params });
      return emptyLedger;
    }
  }

  #open(bytes: Uint8Array, at: Date): SignedContent {
    return openSignedContent(bytes, this.#options.trust(), at, this.#options.ops);
  }

  #sha256(bytes: Uint8Array): string {
    return Buffer.from(this.#options.ops.digest('sha256', bytes)).toString('hex');
  }

  get #ledgerFile(): string {
    return path.join(this.#options.folder, 'ledger.json');
  }

  get #catalogueFile(): string {
    return path.join(this.#options.folder, 'catalogue.p7m');
  }

  /** `id` is of the schema's form: no separator and no dot. */
  #manifestFile(id: string): string {
    return path.join(this.#options.folder, 'added', `${id}.p7m`);
  }
}

/** A version that is known already may not come with other content. */
function refuseRollback(name: string, version: number, known: number | undefined): void {
  if (known !== undefined && version <= known)
    throw new CodedError('ERR_DRIVER_VERSION_ROLLBACK', { name, version, known });
}

/** A catalogue or a manifest that names such a driver is a way of asking for it. */
function notAskedFor(known: readonly KnownDriver[], { wanted = [] }: DriverLedger): readonly string[] {
  return known
    .filter(({ manifest, origin }) => origin === 'built-in' && runOnlyWhenWanted.has(manifest.id))
    .map(({ manifest }) => manifest.id)
    .filter((id) => !wanted.includes(id));
}

/** A manifest that is older than one that was seen is never used again, wherever it comes from. */
function addedVersion(id: string, { added }: DriverLedger): number {
  return Object.hasOwn(added, id) ? (added[id]?.version ?? 0) : 0;
}

function newestSeen(id: string, { newest }: DriverLedger): number {
  return Object.hasOwn(newest, id) ? (newest[id] ?? 0) : 0;
}

/** A file under another driver's name was moved there. */
function requireIdentity(manifest: DriverManifest, id: string): DriverManifest {
  if (manifest.id === id) return manifest;
  throw new CodedError('ERR_DRIVER_MANIFEST_MALFORMED', { field: '/id', rule: id });
}

function kindOf(content: Uint8Array): unknown {
  const value = readJson(content, content.length);
  return typeof value === 'object' && value !== null && 'kind' in value ? value.kind : undefined;
}

function newestOfEach(all: readonly KnownDriver[]): readonly KnownDriver[] {
  const newest = new Map<string, KnownDriver>();
  for (const known of all) {
    const other = newest.get(known.manifest.id);
    if (other === undefined || known.manifest.version > other.manifest.version) newest.set(known.manifest.id, known);
  }
  return [...newest.values()].sort((left, right) => (left.manifest.id < right.manifest.id ? -1 : 1));
}
