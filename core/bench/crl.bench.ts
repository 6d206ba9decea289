// Revocation lists of 100,000 and 1,000,000 entries: read, held and asked. Peers: @peculiar/x509, PKI.js, and OpenSSL's command.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import {
  derBitString,
  derExplicit,
  derInteger,
  derOctetString,
  derOid,
  derSequence,
  derSetOf,
  derTag,
  derTime,
  derUtf8String,
  derValueOf,
  oids,
} from '@onelock/core/asn1';
import { concatBytes } from '@onelock/core/bytes';
import { parsePublicKey } from '@onelock/core/crypto';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { type CertificateList, parseCertificateList, verifyEvidence } from '@onelock/core/revocation';
import { CertificateRevocationList as PkiCrl } from 'pkijs';
import { type BenchRow, publishFindings, ratio, within } from '../../tools/src/bench/findings.ts';
import { measureInTurns, summarize } from '../../tools/src/bench/measure.ts';
import { PeculiarCrl } from '../../tools/src/bench/peculiar-x509.ts';

const ops = createNodeCrypto();
const { privateKey, publicKey } = ops.generateKeyPair({ kind: 'ec', curve: 'p256' });
const key = parsePublicKey(publicKey.spki);

interface BigList {
  readonly der: Uint8Array;
  /** A thousand of its serial numbers, and as many that it lacks: enough to spread, few enough to cost nothing. */
  readonly sample: readonly { readonly serial: Uint8Array; readonly absentSerial: Uint8Array }[];
}

/** A list as a busy CA has: random serial numbers of 16 octets, each with its reason. */
function makeList(entries: number): BigList {
  const algorithm = derSequence(derOid(oids.ecdsaWithSha256));
  const name = derSequence(derSetOf(derSequence(derOid(oids.commonName), derUtf8String('Bench CA'))));
  const [from, until] = [derTime(new Date('2026-01-01T00:00:00Z')), derTime(new Date('2027-01-01T00:00:00Z'))];
  const random = ops.random(16 * entries);
  const encoded: Uint8Array[] = [];
  for (let index = 0; index < entries; index++) {
    const serial = random.subarray(16 * index, 16 * index + 16);
    serial[0] = 0x40 | ((serial[0] ?? 0) & 0x3f);
    const reason = Uint8Array.of(0x30, 12, 0x30, 10, 6, 3, 0x55, 0x1d, 0x15, 4, 3, 10, 1, index % 6);
    encoded.push(derSequence(concatBytes(Uint8Array.of(2, 16), serial), from, reason));
  }
  const number = derSequence(derOid(oids.crlNumber), derOctetString(derInteger(1)));
  const tbs = derSequence(
    derInteger(1),
    algorithm,
    name,
    from,
    until,
    derValueOf(derTag.sequence, encoded),
    derExplicit(0, derSequence(number)),
  );
  const signature = ops.sign(privateKey, { kind: 'ecdsa', digest: 'sha256' }, tbs);
  const sample = Array.from({ length: 1000 }, (_, index) => {
    const start = 16 * Math.floor((index / 1000) * entries);
    const serial = random.slice(start, start + 16);
    const absentSerial = Uint8Array.from(serial, (octet, place) => (place === 15 ? octet ^ 0xff : octet));
    return { serial, absentSerial };
  });
  return { der: derSequence(tbs, algorithm, derBitString(signature)), sample };
}

const seconds = (name: string, values: readonly number[]): BenchRow => ({ name, unit: 's', ...summarize(values) });

function timed<T>(run: () => T): { readonly value: T; readonly seconds: number } {
  const started = performance.now();
  const value = run();
  return { value, seconds: (performance.now() - started) / 1000 };
}

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Bytes that a list holds besides its DER: heap and array buffers, after collection. */
function heldBytes(der: Uint8Array): { readonly list: CertificateList; readonly bytes: number } {
  const used = (): number => {
    collectGarbage();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  };
  const before = used();
  const list = parseCertificateList(der);
  return { list, bytes: used() - before };
}

const megabytes = (bytes: number): number => Number((bytes / 1024 / 1024).toPrecision(4));

async function rowsFor(
  entries: number,
  rounds: number,
): Promise<{ readonly big: BigList; readonly rows: readonly BenchRow[] }> {
  const title = `crl-${entries}`;
  const big = makeList(entries);
  parseCertificateList(big.der);
  const parse = Array.from({ length: rounds }, () => timed(() => parseCertificateList(big.der)).seconds);
  const verified = Array.from(
    { length: 3 },
    () => timed(() => requireTrue(verifyEvidence(parseCertificateList(big.der), key, ['sha256'], ops))).seconds,
  );
  const { list, bytes } = heldBytes(big.der);
  const missing = ops.random(16);
  let turn = 0;
  const next = (): BigList['sample'][number] => {
    turn = (turn + 389) % big.sample.length;
    return big.sample[turn] ?? { serial: missing, absentSerial: missing };
  };
  const lookups = await measureInTurns([
    { name: 'hit', run: () => list.entries.find(next().serial, list.issuer) },
    { name: 'miss', run: () => list.entries.find(next().absentSerial, list.issuer) },
  ]);
  if (big.sample.some(({ serial }) => list.entries.find(serial, list.issuer) === undefined))
    throw new Error('an entry is not found');
  // Below some megabytes it is the collector that would be measured.
  const held =
    entries < 100_000
      ? []
      : [{ name: `${title}.held-with-der.ours`, unit: 'MB', value: megabytes(bytes + big.der.length), spread: 0 }];
  return {
    big,
    rows: [
      seconds(`${title}.parse.ours`, parse),
      seconds(`${title}.parse-and-verify.ours`, verified),
      ...held,
      ...lookups.map(({ name, value, spread }) => ({
        name: `${title}.lookup-${name}.ours`,
        unit: 'µs',
        value: Number((1e6 / value).toPrecision(4)),
        spread,
      })),
    ],
  };
}

function requireTrue(value: boolean): void {
  if (!value) throw new Error('the signature does not verify: the benchmark would measure a refusal');
}

/** The command reads the list and prints its last line; starting it is part of what it costs. */
function opensslRow(entries: number, { der }: BigList, rounds: number): readonly BenchRow[] {
  const folder = mkdtempSync(path.join(tmpdir(), 'onelock-crl-'));
  try {
    const file = path.join(folder, 'list.crl');
    writeFileSync(file, der);
    const run = (): number =>
      timed(() => {
        const done = spawnSync('openssl', ['crl', '-inform', 'DER', '-in', file, '-noout', '-nextupdate']);
        if (done.status !== 0) throw new Error(`openssl crl ended with ${done.status}: ${String(done.stderr)}`);
      }).seconds;
    return [seconds(`crl-${entries}.parse.openssl`, Array.from({ length: rounds }, run))];
  } catch (error) {
    absent.push(`openssl crl of ${entries}: ${error instanceof Error ? error.message : String(error)}`);
    return [];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What each reads within its default limits, and what it says of more. */
function peerRows(entries: number, { der }: BigList): readonly BenchRow[] {
  const peers: Readonly<Record<string, (bytes: Uint8Array<ArrayBuffer>) => number | undefined>> = {
    'peculiar-x509': (bytes) => new PeculiarCrl(bytes).entries.length,
    pkijs: (bytes) => PkiCrl.fromBER(bytes).revokedCertificates?.length,
  };
  return Object.entries(peers).flatMap(([peer, count]) => {
    try {
      const run = (): number => {
        const { value, seconds } = timed(() => count(Uint8Array.from(der)));
        if (value !== entries) throw new Error(`reads ${value} entries`);
        return seconds;
      };
      return [seconds(`crl-${entries}.parse.${peer}`, [run(), run(), run()])];
    } catch (error) {
      absent.push(`${peer} at ${entries} entries: ${error instanceof Error ? error.message : String(error)}`);
      return [];
    }
  });
}

const absent: string[] = [];
const small = await rowsFor(1_000, 9);
const hundred = await rowsFor(100_000, 9);
const million = await rowsFor(1_000_000, 5);
const rows = [
  ...small.rows,
  ...peerRows(1_000, small.big),
  ...opensslRow(1_000, small.big, 5),
  ...hundred.rows,
  ...peerRows(100_000, hundred.big),
  ...opensslRow(100_000, hundred.big, 3),
  ...million.rows,
  ...opensslRow(1_000_000, million.big, 2),
];

publishFindings({
  rows,
  ratios: [
    ...within(rows, 'crl-100000.parse.ours', 0.2),
    ...within(rows, 'crl-1000000.parse.ours', 2),
    ...within(rows, 'crl-1000000.held-with-der.ours', 100),
    ...within(rows, 'crl-1000000.lookup-hit.ours', 2),
    ...within(rows, 'crl-1000000.lookup-miss.ours', 2),
    ...ratio(rows, 'crl-1000.parse.peculiar-x509', 'crl-1000.parse.ours'),
    ...ratio(rows, 'crl-1000.parse.pkijs', 'crl-1000.parse.ours'),
    ...ratio(rows, 'crl-100000.parse.openssl', 'crl-100000.parse.ours'),
    ...ratio(rows, 'crl-1000000.parse.openssl', 'crl-1000000.parse.ours'),
  ],
  absent,
});
