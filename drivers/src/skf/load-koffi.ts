import { createRequire } from 'node:module';
import { CodedError } from '@onelock/core/errors';

export type KoffiType = string | object;

/** A C function. `.async` runs it on a thread of its own and calls back with its result. */
export interface KoffiFunction {
  async(...parameters: unknown[]): void;
}

export interface KoffiLibrary {
  func(convention: string, name: string, result: KoffiType, parameters: readonly KoffiType[]): KoffiFunction;
  unload(): void;
}

/** The part of `koffi` that we use. */
export interface Koffi {
  load(file: string): KoffiLibrary;
  struct(fields: Record<string, KoffiType>): KoffiType;
  pack(fields: Record<string, KoffiType>): KoffiType;
  array(type: KoffiType, length: number): KoffiType;
  sizeof(type: KoffiType): number;
}

let loaded: Koffi | null = null;

/**
 * The binding `koffi`, an optional part that comes ready-made for most systems.
 * @param from  where Node begins to look for it
 * @throws {CodedError} ERR_DRIVER_NOT_INSTALLED
 */
export function loadKoffi(driver: string, from: string = import.meta.url): Koffi {
  if (loaded !== null && from === import.meta.url) return loaded;
  try {
    loaded = createRequire(from)('koffi') as Koffi;
    return loaded;
  } catch (cause) {
    throw new CodedError('ERR_DRIVER_NOT_INSTALLED', { driver, detail: 'koffi is not there' }, { cause });
  }
}
