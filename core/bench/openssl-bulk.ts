import { spawnSync } from 'node:child_process';
import type { BenchRow } from '../../tools/src/bench/findings.ts';

/** Bulk speed of the system's OpenSSL, blocks of 64 kB, one second each: `+F:…:name:bytes-per-second`. */
export function opensslBulk(algorithms: Readonly<Record<string, string>>): readonly BenchRow[] {
  return Object.entries(algorithms).flatMap(([algorithm, row]) => {
    const { stdout } = spawnSync('openssl', ['speed', '-mr', '-seconds', '1', '-bytes', '65536', '-evp', algorithm], {
      encoding: 'utf8',
    });
    const bytes = Number(
      stdout
        ?.split('\n')
        .find((line) => line.startsWith('+F:'))
        ?.split(':')
        .at(-1),
    );
    return bytes > 0 ? [{ name: row, unit: 'MB/s', value: Number((bytes / 1e6).toPrecision(4)), spread: 0 }] : [];
  });
}
