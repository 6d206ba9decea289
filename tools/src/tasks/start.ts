// npm start: installs what the demonstration can use, then runs it in this terminal until Ctrl-C.
import { spawn } from 'node:child_process';
import { checkout } from './checkout.ts';
import { installSystemParts, tokenLibrary } from './debian-packages.ts';

installSystemParts([tokenLibrary]);
const child = spawn(process.execPath, ['--conditions=onelock-source', 'demo/src/start.ts'], {
  cwd: checkout,
  stdio: 'inherit',
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
child.on('exit', (code) => process.exit(code ?? 1));
