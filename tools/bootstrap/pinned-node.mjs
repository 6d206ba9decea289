import { existsSync } from 'node:fs';
import path from 'node:path';

/**
 * The Node binary that this project pins through npm, or the running one where no pinned package exists for the system.
 * @param {string} root the checkout's folder
 * @returns {{ executable: string, headers: string | undefined }}
 */
export function pinnedNode(root) {
  const folder = path.join(
    root,
    'node_modules',
    `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`,
  );
  const executable = process.platform === 'win32' ? path.join(folder, 'bin/node.exe') : path.join(folder, 'bin/node');
  if (existsSync(executable))
    return { executable, headers: existsSync(path.join(folder, 'include/node')) ? folder : undefined };
  const major = Number(process.versions.node.split('.')[0]);
  if (major < 24)
    throw new Error(`Node 24 or newer is required on ${process.platform}-${process.arch}; this is ${process.version}`);
  return { executable: process.execPath, headers: undefined };
}
