import { spawn } from 'node:child_process';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const watcher = path.join(import.meta.dirname, '../bootstrap/when-orphaned.mjs');

describe('a process whose parent is ended by its id', () => {
  it.skipIf(process.platform === 'win32')(
    'hears of it although no signal was passed on',
    async () => {
      const script = `import { whenOrphaned } from ${JSON.stringify(watcher)};
      whenOrphaned(() => { process.stdout.write('orphaned'); process.exit(0); });
      process.stdout.write('up ');
      setTimeout(() => process.exit(1), 20_000);`;
      const shell = spawn('sh', ['-c', '"$0" --input-type=module -e "$1"; true', process.execPath, script], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let heard = '';
      const ended = new Promise<void>((resolve) => shell.stdout.once('end', resolve));
      shell.stdout.on('data', (data) => {
        if (heard === '') shell.kill('SIGTERM');
        heard += String(data);
      });
      await ended;
      expect(heard).toBe('up orphaned');
    },
    20_000,
  );
});
