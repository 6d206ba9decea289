import { CodedError } from '@onelock/core/errors';
import type { Pin } from '../port/index.ts';
import { readFile } from './read-file.ts';

const maxPinBytes = 64;

/**
 * A PIN from the first line of a file, or typed at the terminal without being shown. Never from the command line, which every
 * program on the computer can read.
 *
 * @throws {CodedError} ERR_CLI_USAGE where there is neither a file nor a terminal
 */
export async function readPin(file: string | undefined, prompt: string): Promise<Uint8Array> {
  if (file !== undefined) return firstLine(readFile(file));
  const { stdin, stderr } = process;
  if (!stdin.isTTY) throw new CodedError('ERR_CLI_USAGE', { detail: '--pin-file' });
  stderr.write(prompt);
  stdin.setRawMode(true);
  const typed: number[] = [];
  try {
    for await (const chunk of stdin as AsyncIterable<Buffer>) {
      for (const byte of chunk) {
        if (byte === 0x03) throw new CodedError('ERR_CLI_USAGE', { detail: 'Ctrl-C' });
        if (byte === 0x0d || byte === 0x0a) return Uint8Array.from(typed);
        if (byte === 0x7f || byte === 0x08) typed.pop();
        else if (typed.length < maxPinBytes) typed.push(byte);
      }
      chunk.fill(0);
    }
    return Uint8Array.from(typed);
  } finally {
    typed.fill(0);
    stdin.setRawMode(false);
    stdin.pause();
    stderr.write('\n');
  }
}

function firstLine(bytes: Uint8Array): Uint8Array {
  const end = bytes.findIndex((byte) => byte === 0x0a || byte === 0x0d);
  return end < 0 ? bytes : bytes.slice(0, end);
}

/** The same PIN again and again: whoever gets one overwrites it. */
export function pinSource(bytes: Uint8Array): () => Pin {
  return () => Uint8Array.from(bytes) as Pin;
}
