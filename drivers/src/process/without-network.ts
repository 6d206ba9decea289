import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const unshare = '/usr/bin/unshare';

/** Whether a host can reach the network; `none` is the rule, the others say why not. */
export type NetworkAccess =
  /** A network namespace of its own, empty: no address but paths of the file system. */
  | 'none'
  /** The system gives us no namespaces (util-linux is absent, or user namespaces are switched off for our user). */
  | 'not-enforced'
  /** The configuration says that this driver needs it. */
  | 'allowed';

let way: readonly string[] | null | undefined;

/**
 * The command that starts a program without a network, or null where this system has no such way. Sockets that have a path
 * (pcscd's) stay reachable, addresses do not, loopback included; nor do messages of udev arrive, so that a library which
 * waits for them must be asked instead.
 */
export function withoutNetwork(): readonly string[] | null {
  way ??= findWay();
  return way;
}

function findWay(): readonly string[] | null {
  if (process.platform !== 'linux' || !existsSync(unshare)) return null;
  // Root makes a network namespace as it is; others within a user namespace in which they stay who they are.
  const ways = [
    [unshare, '--net', '--'],
    [unshare, '--user', '--map-current-user', '--net', '--'],
  ];
  return ways.find(([command = unshare, ...args]) => spawnSync(command, [...args, '/bin/true']).status === 0) ?? null;
}
