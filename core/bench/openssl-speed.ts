import { spawnSync } from 'node:child_process';
import type { BenchRow } from '../../tools/src/bench/findings.ts';

/** Algorithms as `openssl speed` names them. */
const asked = ['sm2', 'rsa2048', 'ecdsap256'] as const;
/** The marks of its machine-readable lines, and the beginning of our rows' names. */
const names: Readonly<Record<string, string>> = { '+F2': 'rsa2048', '+F3': 'p256', '+F7': 'sm2' };

/**
 * What the system's OpenSSL says of itself (`openssl speed`, one second each), without any language between. Another
 * OpenSSL than the one inside Node, and its SM2 leaves out ZA.
 */
export function opensslSpeed(): { readonly rows: readonly BenchRow[]; readonly absent: readonly string[] } {
  const { status, stdout, error } = spawnSync('openssl', ['speed', '-mr', '-seconds', '1', ...asked], {
    encoding: 'utf8',
  });
  if (error !== undefined || status !== 0) return { rows: [], absent: ['openssl speed (the command is not there)'] };
  return { rows: stdout.split('\n').flatMap(parseLine), absent: [] };
}

/** `+F2:…:2048:sign:verify` for RSA, `+F3:…:256:sign:verify` for ECDSA, `+F7:…:256:CurveSM2:sign:verify`: operations a second. */
function parseLine(line: string): readonly BenchRow[] {
  const [kind = '', , ...rest] = line.split(':');
  const [sign = 0, verify = 0] = rest.slice(-2).map(Number);
  const name = names[kind];
  if (name === undefined || !(sign > 0 && verify > 0)) return [];
  const row = (act: string, value: number): BenchRow => ({
    name: `${name}.${act}.openssl`,
    unit: 'ops/s',
    value: Number(value.toPrecision(5)),
    spread: 0,
  });
  return [row('sign', sign), row('verify', verify)];
}
