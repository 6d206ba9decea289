import { createRequire } from 'node:module';
import { CodedError } from '@onelock/core/errors';
import type { Cryptoki, CryptokiModule } from './abi.ts';
import { codedFailure } from './errors.ts';

let loaded: CryptokiModule | null = null;

/**
 * The binding `pkcs11js`, an optional part that must have been compiled on this machine.
 *
 * @param from  where Node begins to look for it
 * @throws {CodedError} ERR_DRIVER_NOT_INSTALLED
 */
export function loadPkcs11Module(driver: string, from: string = import.meta.url): CryptokiModule {
  if (loaded !== null && from === import.meta.url) return loaded;
  try {
    loaded = createRequire(from)('pkcs11js') as CryptokiModule;
    return loaded;
  } catch (cause) {
    throw new CodedError('ERR_DRIVER_NOT_INSTALLED', { driver, detail: 'pkcs11js was not compiled' }, { cause });
  }
}

/**
 * Loads a vendor's library and initialises it.
 * @throws {CodedError} ERR_DRIVER_NOT_INSTALLED with what the system's loader said
 */
export function openLibrary(driver: string, library: string): Cryptoki {
  const cryptoki = new (loadPkcs11Module(driver).PKCS11)();
  try {
    cryptoki.load(library);
    cryptoki.C_Initialize();
    return cryptoki;
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message.slice(0, 200) : library;
    throw new CodedError('ERR_DRIVER_NOT_INSTALLED', { driver, detail }, { cause });
  }
}

/** C_Initialize, again. @throws {CodedError} as codedFailure says */
export function initialise(cryptoki: Cryptoki): void {
  try {
    cryptoki.C_Initialize();
  } catch (error) {
    const failure = codedFailure('C_Initialize', error);
    if (failure.native?.name !== 'CKR_CRYPTOKI_ALREADY_INITIALIZED') throw failure;
  }
}
