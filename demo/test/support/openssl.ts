import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { encodePem } from '@onelock/core/bytes';

/** The second opinion on one signature, by OpenSSL's command. True when it verifies. */
export function opensslVerifiesSm2(
  openssl: string,
  {
    spki,
    message,
    signature,
  }: { readonly spki: Uint8Array; readonly message: Uint8Array; readonly signature: Uint8Array },
): boolean {
  return inFolder((save) => {
    const key = save('key.pem', encodePem('PUBLIC KEY', spki));
    const sm2 = ['-rawin', '-digest', 'sm3', '-pkeyopt', 'distid:1234567812345678'];
    const files = ['-in', save('message', message), '-sigfile', save('signature', signature)];
    return succeeds(openssl, ['pkeyutl', '-verify', '-pubin', '-inkey', key, ...sm2, ...files]);
  });
}

/** The second opinion on a detached PKCS#7 message, path to the root included. */
export function opensslVerifiesMessage(
  openssl: string,
  input: {
    readonly message: Uint8Array;
    readonly content: Uint8Array;
    readonly root: Uint8Array;
    readonly issuing: Uint8Array;
  },
): boolean {
  return inFolder((save) => {
    // `openssl cms` builds paths from what it trusts alone, so the issuing authority stands beside the root.
    const known = encodePem('CERTIFICATE', input.root) + encodePem('CERTIFICATE', input.issuing);
    const trust = ['-CAfile', save('known.pem', known), '-purpose', 'any'];
    const files = ['-in', save('message.p7s', input.message), '-content', save('content', input.content)];
    return succeeds(openssl, ['cms', '-verify', '-binary', '-inform', 'DER', ...trust, ...files]);
  });
}

function succeeds(openssl: string, args: readonly string[]): boolean {
  try {
    execFileSync(openssl, [...args], { stdio: ['ignore', 'ignore', 'pipe'] });
    return true;
  } catch (error) {
    if (error instanceof Error && 'status' in error && typeof error.status === 'number') return false;
    throw error;
  }
}

function inFolder<T>(act: (save: (name: string, bytes: Uint8Array | string) => string) => T): T {
  const folder = mkdtempSync(path.join(tmpdir(), 'onelock-openssl-'));
  try {
    return act((name, bytes) => {
      writeFileSync(path.join(folder, name), bytes);
      return path.join(folder, name);
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
