import type { Socket } from 'node:net';
import { isCodedError } from '@onelock/core/errors';
import { loadKoffi } from '../skf/load-koffi.ts';

const IPPROTO_TCP = 6;
const TCP_QUICKACK = 12;
const on = Buffer.from([1, 0, 0, 0]);

type SetSocketOption = (descriptor: number, level: number, name: number, value: Buffer, length: number) => number;
let setsockopt: SetSocketOption | null | undefined;

/**
 * Acknowledges what comes next at once (Linux). vpcd writes length and message apart and waits with the second for the
 * acknowledgement of the first, which a system delays by 40 ms: a card would answer 20 commands a second. To be said again
 * after every message; where it cannot be said the card is slow and nothing else.
 */
export function acknowledgeQuickly(socket: Socket): void {
  setsockopt ??= load();
  const descriptor = descriptorOf(socket);
  if (setsockopt !== null && descriptor !== null) setsockopt(descriptor, IPPROTO_TCP, TCP_QUICKACK, on, on.length);
}

function load(): SetSocketOption | null {
  if (process.platform !== 'linux') return null;
  try {
    const libc = loadKoffi('virtual-card').load('libc.so.6');
    const types = ['int', 'int', 'int', 'void *', 'uint32_t'];
    return libc.func('__cdecl', 'setsockopt', 'int', types) as unknown as SetSocketOption;
  } catch (error) {
    if (isCodedError(error) || error instanceof Error) return null;
    throw error;
  }
}

/** Node keeps it in a field that it does not document. */
function descriptorOf(socket: Socket): number | null {
  const handle: unknown = Reflect.get(socket, '_handle');
  const descriptor: unknown = typeof handle === 'object' && handle !== null ? Reflect.get(handle, 'fd') : null;
  return typeof descriptor === 'number' && descriptor >= 0 ? descriptor : null;
}
