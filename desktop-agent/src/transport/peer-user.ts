import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { CodedError } from '@onelock/core/errors';

/** Addresses as /proc/net/tcp and tcp6 write them: 32-bit words of the machine's byte order, here little-endian. */
const loopback = {
  '127.0.0.1': { table: '/proc/net/tcp', written: '0100007F' },
  '::1': { table: '/proc/net/tcp6', written: '00000000000000000000000001000000' },
} as const;

/** A socket whose process has closed it belongs to nobody, and the kernel writes 0 for that: root, as it would seem. */
const established = '01';

/**
 * On a computer with several users at work, loopback is shared by all of them. Refuses a connection whose other end belongs to
 * another user of the system. Looked at on Linux, where the kernel says. Root is no stranger to anybody, and an agent that
 * runs as root serves whoever the machine is for.
 *
 * @throws {CodedError} ERR_AGENT_PEER_DENIED
 */
export function checkPeerUser(socket: Socket): void {
  const own = process.getuid?.();
  if (process.platform !== 'linux' || own === undefined || own === 0) return;
  const uid = userOfPeer(socket);
  if (uid !== own && uid !== 0) throw new CodedError('ERR_AGENT_PEER_DENIED');
}

/** The user that owns the other end, or undefined when the kernel's table does not have it (it has closed already). */
function userOfPeer({ remoteAddress, remotePort, localPort }: Socket): number | undefined {
  const place = remoteAddress === '127.0.0.1' || remoteAddress === '::1' ? loopback[remoteAddress] : undefined;
  if (place === undefined || remotePort === undefined || localPort === undefined) return undefined;
  const theirs = `${place.written}:${hexPort(remotePort)}`;
  const ours = `${place.written}:${hexPort(localPort)}`;
  for (const line of readFileSync(place.table, 'latin1').split('\n')) {
    // sl, local address, remote address, state, queues, timer, retransmits, uid, …
    const [, local, remote, state, , , , uid] = line.trim().split(/\s+/);
    if (local === theirs && remote === ours) return state === established ? Number(uid) : undefined;
  }
  return undefined;
}

function hexPort(port: number): string {
  return port.toString(16).toUpperCase().padStart(4, '0');
}
