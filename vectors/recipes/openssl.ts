import { spawnSync } from 'node:child_process';

/** GM/T 0009-2012 §10: the id hashed into ZA of certificates. OpenSSL applies an empty one unless told. */
export const sm2DistinguishingId = 'distid:1234567812345678';

export interface OpensslOutcome {
  readonly status: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** Runs OpenSSL's command and returns what it said, whatever that is. */
export function tryOpenssl(args: readonly string[], input?: Uint8Array): OpensslOutcome {
  const done = spawnSync('openssl', args, { input, maxBuffer: 16 * 1024 * 1024 });
  if (done.error) throw done.error;
  return { status: done.status ?? 1, stdout: done.stdout, stderr: done.stderr.toString('utf8') };
}

/** Runs OpenSSL's command and returns its standard output; anything but status 0 is an error with OpenSSL's words. */
export function openssl(args: readonly string[], input?: Uint8Array): Buffer {
  const { status, stdout, stderr } = tryOpenssl(args, input);
  if (status !== 0) throw new Error(`openssl ${args.join(' ')} ended with ${status}:\n${stderr}`);
  return stdout;
}
