import { realpath } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { CodedError, isCodedError } from '@onelock/core/errors';
import type { Caller, Outcome, Prompt } from '../consent/prompt.ts';
import type { Answer, FilePurpose, FileQuestion, Problem } from '../consent/question.ts';
import { plainLine } from '../shapes/plain-line.ts';
import { type FolderEntry, type FolderList, listFolder } from './folder-list.ts';
import { inspectFile, isInside, type PickedFile, withRealNames } from './picked-files.ts';
import { type Place, places } from './places.ts';
import { exists, type SavePlace } from './saved-file.ts';

export interface FilePickerParts {
  readonly prompt: Prompt;
  /** Folders that are never shown: the agent's own, and those of file tokens. */
  readonly hidden: () => readonly string[];
}

/** For whom and what for a file is picked. */
export interface Picking {
  readonly origin: string;
  readonly purpose: FilePurpose;
  readonly caller: Caller;
  /** What the site says of it. */
  readonly prompt: string | null;
}

/**
 * Lets the person pick a file, or a place to save one, in a window of the agent. The window shows folders by position, and
 * answers by position: no path comes from a browser, not even from our own page.
 */
export class FilePicker {
  readonly #parts: FilePickerParts;
  /** Where the person was last; for as long as the agent runs. */
  #folder: string | null = null;

  constructor(parts: FilePickerParts) {
    this.#parts = parts;
  }

  /** @throws {CodedError} what a {@link Prompt} rejects with */
  async open(picking: Picking): Promise<PickedFile> {
    const hidden = await withRealNames(this.#parts.hidden());
    const looking = await Looking.begin(picking, 'open', this.#start(), hidden, null);
    const file = await this.#parts.prompt.ask(
      looking.question(),
      picking.caller,
      async (answer): Promise<Outcome<PickedFile>> => {
        const entry = answer.kind === 'file' ? looking.entry(answer.index) : undefined;
        if (entry === undefined || entry.isFolder) return looking.turnTo(answer);
        try {
          return { kind: 'done', value: await inspectFile(entry.path, hidden) };
        } catch (error) {
          return looking.again(error);
        }
      },
    );
    this.#folder = path.dirname(file.path);
    return file;
  }

  /** @throws {CodedError} what a {@link Prompt} rejects with */
  async save(picking: Picking, suggestedName: string): Promise<SavePlace> {
    const hidden = await withRealNames(this.#parts.hidden());
    const looking = await Looking.begin(picking, 'save', this.#start(), hidden, suggestedName);
    const place = await this.#parts.prompt.ask(looking.question(), picking.caller, (answer) =>
      answer.kind === 'save-as' ? looking.placeFor(answer) : looking.turnTo(answer),
    );
    this.#folder = path.dirname(place.path);
    return place;
  }

  #start(): string {
    const home = os.homedir();
    return this.#folder ?? places(home).find(({ name }) => name === 'documents')?.path ?? home;
  }
}

/** Goes through folders as the person's answers say. */
class Looking {
  readonly #picking: Picking;
  readonly #mode: FileQuestion['mode'];
  readonly #hidden: readonly string[];
  readonly #places: readonly Place[];
  readonly #suggestedName: string | null;
  #folder: string;
  #list: FolderList = { entries: [], more: false };
  #taken: string | null = null;
  #problem: Problem | null = null;

  private constructor(
    picking: Picking,
    mode: FileQuestion['mode'],
    folder: string,
    hidden: readonly string[],
    suggestedName: string | null,
  ) {
    this.#picking = picking;
    this.#mode = mode;
    this.#folder = folder;
    this.#hidden = hidden;
    this.#suggestedName = suggestedName;
    this.#places = places();
  }

  /** In the folder, or where it has gone in the person's own. */
  static async begin(
    picking: Picking,
    mode: FileQuestion['mode'],
    folder: string,
    hidden: readonly string[],
    suggestedName: string | null,
  ): Promise<Looking> {
    const looking = new Looking(picking, mode, folder, hidden, suggestedName);
    await looking.#go(folder);
    if (looking.#problem !== null) await looking.#go(os.homedir());
    return looking;
  }

  question(): FileQuestion {
    const { origin, purpose, prompt } = this.#picking;
    return {
      kind: 'file',
      mode: this.#mode,
      origin,
      purpose,
      prompt: prompt === null ? null : plainLine(prompt),
      places: this.#places.map((place) => ({
        name: place.name,
        label: plainLine(place.label),
        current: place.path === this.#folder,
      })),
      crumbs: crumbsOf(this.#folder).map((crumb) => plainLine(path.basename(crumb) || crumb)),
      rows: this.#list.entries.map(({ name, isFolder, bytes, modifiedAt }) => ({
        ...{ name, isFolder, bytes },
        modifiedAt: modifiedAt?.toISOString() ?? null,
      })),
      more: this.#list.more,
      suggestedName: this.#suggestedName,
      taken: this.#taken,
      problem: this.#problem,
    };
  }

  entry(index: number): FolderEntry | undefined {
    return this.#list.entries[index];
  }

  /** Another folder, and the same question over it. An answer that names nothing leaves all as it is. */
  async turnTo(answer: Answer): Promise<Outcome<never>> {
    const to = answer.kind === 'go' ? this.#target(answer) : undefined;
    if (to !== undefined) await this.#go(to);
    return { kind: 'changed', question: this.question() };
  }

  /** The same question, with why the last answer did not do. */
  again(error: unknown): Outcome<never> {
    if (!isCodedError(error)) throw error;
    this.#problem = { code: error.code, params: error.params };
    return { kind: 'changed', question: this.question() };
  }

  /** The place, unless something has that name and the person has not said that it may go. */
  async placeFor({ name, replace }: Extract<Answer, { kind: 'save-as' }>): Promise<Outcome<SavePlace>> {
    const bare = name.trim();
    const refused = (): Outcome<never> => this.again(new CodedError('ERR_FILE_UNWRITABLE', { name: plainLine(bare) }));
    if (!isFileName(bare)) return refused();
    const file = path.join(this.#folder, bare);
    const real = await realpath(this.#folder).catch(() => this.#folder);
    if (this.#hidden.some((each) => isInside(real, each))) return refused();
    const known = this.#list.entries.find((entry) => entry.path === file);
    if (known?.isFolder === true) return refused();
    const agreed = replace && this.#taken === bare;
    if ((await exists(file).catch(() => true)) && !agreed) {
      this.#taken = bare;
      this.#problem = null;
      return { kind: 'changed', question: this.question() };
    }
    return { kind: 'done', value: { path: file, replace: agreed } };
  }

  #target({ to, index }: Extract<Answer, { kind: 'go' }>): string | undefined {
    if (to === 'place') return this.#places[index]?.path;
    if (to === 'crumb') return crumbsOf(this.#folder)[index];
    const entry = this.#list.entries[index];
    return entry?.isFolder === true ? entry.path : undefined;
  }

  async #go(folder: string): Promise<void> {
    this.#taken = null;
    this.#problem = null;
    try {
      this.#list = await listFolder(folder, this.#hidden);
      this.#folder = folder;
    } catch (error) {
      if (!isCodedError(error)) throw error;
      this.#problem = { code: error.code, params: error.params };
    }
  }
}

/** Every folder on the way, from the root. */
function crumbsOf(folder: string): readonly string[] {
  const crumbs = [folder];
  for (let parent = path.dirname(folder); parent !== crumbs[0]; parent = path.dirname(parent)) crumbs.unshift(parent);
  return crumbs;
}

/** A name and no path, on any system. */
function isFileName(name: string): boolean {
  if (name === '' || name === '.' || name === '..' || Buffer.byteLength(name) > 255) return false;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return !/[\u0000-\u001f\u007f/\\:*?"<>|]/.test(name) && !/[. ]$/.test(name);
}
