import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pcscdParts } from '../src/virtual-card/index.ts';

/** For the title of what is skipped without them. */
export const cardParts = 'pcscd, vsmartcard-vpcd, koffi, and root that may make mount namespaces';

/** The daemon's file when a private one can be started here. */
export function pcscDaemon(): string | undefined {
  try {
    createRequire(new URL('../src/skf/load-koffi.ts', import.meta.url))('koffi');
  } catch {
    return undefined;
  }
  return process.platform === 'linux' ? pcscdParts()?.daemon : undefined;
}

/** OpenSC's programs, for a second opinion. */
export function cardToolsFile(): string | undefined {
  return ['/usr/bin/pkcs15-tool', '/usr/local/bin/pkcs15-tool'].find((file) => existsSync(file));
}
