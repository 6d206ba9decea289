// npm start: installs what the demonstration can use, then runs it in this terminal until Ctrl-C.
import { spawn } from 'node:child_process';
import { whenOrphaned } from '../../bootstrap/when-orphaned.mjs';
import { checkout } from './checkout.ts';
import { installSystemParts, tokenLibrary } from './debian-packages.ts';

installSystemParts([tokenLibrary]);
// The pipe ends when we are gone, however we went, and the demonstration with it.
const child = spawn(
  process.execPath,
  ['--conditions=onelock-source', '--import', './demo/src/programs/end-with-starter.ts', 'demo/src/start.ts'],
  { cwd: checkout, stdio: ['pipe', 'inherit', 'inherit'] },
);
whenOrphaned(() => child.kill('SIGTERM'));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
child.on('exit', (code) => process.exit(code ?? 1));
