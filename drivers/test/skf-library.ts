import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { buildLibrary, hasModule, type LibraryFile, nativeCompiler, pinFile } from './native-library.ts';
import { ecIdentity, rsaIdentity, sm2Identity } from './test-keys.ts';

/** For the title of what is skipped without them. */
export const skfParts = 'gcc, libssl-dev and koffi';

/** The compiler when everything that the soft SKF library needs is there. */
export function skfCompiler(): string | undefined {
  return hasModule('koffi') ? nativeCompiler() : undefined;
}

export interface SkfBuild {
  readonly packing: 'pack1' | 'natural';
  readonly ulongBytes: 4 | 8;
  /** Which private decrypt functions the vendor added; see native/skf/decrypt.c. Default `blob`. */
  readonly privateDecrypt?: 'none' | 'blob' | 'flagged' | 'bytes';
  /** `engine`: our own engine inside, as on Windows; without RSA. Default `openssl`. */
  readonly crypto?: 'openssl' | 'engine';
}

export type SkfLibraryFile = LibraryFile;

const decryptFlags = {
  none: ['-DSKF_DECRYPT_NONE'],
  blob: [],
  flagged: ['-DSKF_DECRYPT_FLAGGED'],
  bytes: ['-DSKF_DECRYPT_BYTES'],
} as const;

/** Compiles the soft SKF library the way a vendor would have, readable for every user. */
export function buildSkfLibrary(
  compiler: string,
  build: SkfBuild = { packing: 'pack1', ulongBytes: 4 },
): SkfLibraryFile {
  const flags = [
    ...(build.packing === 'natural' ? ['-DSKF_NATURAL'] : []),
    ...(build.ulongBytes === 8 ? ['-DSKF_ULONG64'] : []),
    ...decryptFlags[build.privateDecrypt ?? 'blob'],
  ];
  return buildLibrary(compiler, 'skf', flags, build.crypto);
}

export interface SkfTokenChanges {
  readonly device?: string;
  readonly label?: string;
  readonly serialNumber?: string;
  readonly applications?: readonly string[];
  readonly retries?: number;
  readonly factoryPin?: boolean;
}

export const skfPin = '123456';
export const skfAdminPin = '87654321';

/** Writes a device into a token folder: by default one application with an RSA container and a dual SM2 one. */
export function writeSkfToken(folder: string, changes: SkfTokenChanges = {}): string {
  const { device = 'Soft SKF 0', label = '演示密钥', serialNumber = 'SKF-0001', retries = 8 } = changes;
  const place = path.join(folder, device);
  mkdirSync(place, { recursive: true });
  writeFileSync(path.join(place, 'device'), `${label}\n${serialNumber}\n测试厂商\n`);
  for (const application of changes.applications ?? ['SJKJ']) {
    mkdirSync(path.join(place, application));
    writeFileSync(path.join(place, application, 'pin'), pinFile(skfPin, retries, changes.factoryPin ?? false));
    writeFileSync(path.join(place, application, 'admin-pin'), pinFile(skfAdminPin, 10, false));
    for (const identity of [rsaIdentity, sm2Identity]) {
      const container = path.join(place, application, identity.id);
      mkdirSync(container);
      writeFileSync(path.join(container, 'sign.key'), identity.signing.pkcs8);
      writeFileSync(path.join(container, 'sign.cer'), identity.signing.certificate);
      if (identity.encryption === undefined) continue;
      writeFileSync(path.join(container, 'enc.key'), identity.encryption.pkcs8);
      writeFileSync(path.join(container, 'enc.cer'), identity.encryption.certificate);
    }
  }
  return place;
}

/** A container whose keys SKF knows nothing of: on P-256. */
export function writeForeignContainer(application: string): void {
  const container = path.join(application, ecIdentity.id);
  mkdirSync(container);
  writeFileSync(path.join(container, 'sign.key'), ecIdentity.signing.pkcs8);
  writeFileSync(path.join(container, 'sign.cer'), ecIdentity.signing.certificate);
}
