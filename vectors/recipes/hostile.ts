// Writes vectors/hostile: certificates of vectors/pki with one thing broken in each, and index.json.
// `node --conditions=onelock-source vectors/recipes/hostile.ts [FOLDER]`. The same input gives the same bytes.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { openssl } from './openssl.ts';

const here = path.dirname(fileURLToPath(import.meta.url));

interface Mutation {
  readonly file: string;
  readonly description: string;
  /** Tolerable when read (certificates in use have it), but then it must not pass when judged. Default: when read. */
  readonly refused?: 'when judged';
  mutate(der: Buffer): Buffer;
}

const splice = (der: Buffer, offset: number, remove: number, insert: readonly number[]): Buffer =>
  Buffer.concat([der.subarray(0, offset), Buffer.from(insert), der.subarray(offset + remove)]);

function find(der: Buffer, hex: string): number {
  const offset = der.indexOf(Buffer.from(hex, 'hex'));
  if (offset < 0) throw new Error(`${hex} is not in the certificate`);
  return offset;
}

/** Adds to the 16-bit lengths of the certificate and of its body, which stand at fixed places. */
function grow(der: Buffer, by: number): Buffer {
  const grown = Buffer.from(der);
  for (const offset of [2, 6]) grown.writeUInt16BE(grown.readUInt16BE(offset) + by, offset);
  return grown;
}

/** `30 82 LL LL` nested until nothing is left. */
function deep(levels: number): Buffer {
  let inner = Buffer.alloc(0);
  for (let level = 0; level < levels; level++) {
    const length = inner.length;
    const head = length < 0x80 ? [0x30, length] : [0x30, 0x83, length >> 16, (length >> 8) & 0xff, length & 0xff];
    inner = Buffer.concat([Buffer.from(head), inner]);
  }
  return inner;
}

const mutations: readonly Mutation[] = [
  { file: 'empty.der', description: 'no bytes at all', mutate: () => Buffer.alloc(0) },
  { file: 'truncated-tag.der', description: 'the first byte alone', mutate: (der) => der.subarray(0, 1) },
  { file: 'truncated-half.der', description: 'the first half', mutate: (der) => der.subarray(0, der.length >> 1) },
  { file: 'truncated-last-byte.der', description: 'the last byte is missing', mutate: (der) => der.subarray(0, -1) },
  {
    file: 'trailing-byte.der',
    description: 'one zero byte after the end',
    mutate: (der) => splice(der, der.length, 0, [0]),
  },
  { file: 'length-indefinite.der', description: 'BER indefinite length', mutate: (der) => splice(der, 1, 3, [0x80]) },
  {
    file: 'length-not-minimal.der',
    description: 'outer length in three bytes where two suffice',
    mutate: (der) => splice(der, 1, 1, [0x83, 0x00]),
  },
  {
    file: 'length-huge.der',
    description: 'outer length of 2^63',
    mutate: (der) => splice(der, 1, 3, [0x88, 0x80, 0, 0, 0, 0, 0, 0, 0]),
  },
  {
    file: 'not-a-sequence.der',
    description: 'a SET where the certificate should be',
    mutate: (der) => splice(der, 0, 1, [0x31]),
  },
  {
    file: 'version-unknown.der',
    description: 'version 10',
    mutate: (der) => splice(der, find(der, 'a003020102') + 4, 1, [0x09]),
  },
  {
    file: 'serial-not-minimal.der',
    description: 'a serial number with a needless leading zero byte',
    mutate: (der) => {
      const offset = find(der, '020f5a');
      return splice(grow(der, 1), offset, 2, [0x02, 0x10, 0x00]);
    },
  },
  {
    file: 'boolean-not-ff.der',
    description: 'a critical flag encoded as 01 instead of FF',
    mutate: (der) => splice(der, find(der, '0603551d130101ff') + 7, 1, [0x01]),
  },
  {
    file: 'boolean-default-encoded.der',
    refused: 'when judged',
    description: 'a critical flag FALSE written out, which DER forbids',
    mutate: (der) => splice(der, find(der, '0603551d130101ff') + 7, 1, [0x00]),
  },
  {
    file: 'time-without-zone.der',
    description: 'UTCTime that does not end in Z',
    mutate: (der) => splice(der, find(der, '170d3230303130313030303030305a') + 14, 1, [0x30]),
  },
  {
    file: 'time-month-13.der',
    description: 'a thirteenth month',
    mutate: (der) => splice(der, find(der, '170d3230303130313030303030305a') + 4, 2, [0x31, 0x33]),
  },
  {
    file: 'algorithm-differs.der',
    refused: 'when judged',
    description: 'the signature algorithm inside is not the one outside',
    mutate: (der) => splice(der, find(der, '06092a864886f70d01010b') + 10, 1, [0x0c]),
  },
  {
    file: 'extension-twice.der',
    description: 'keyUsage renamed to a second basicConstraints',
    mutate: (der) => splice(der, find(der, '0603551d0f0101ff') + 4, 1, [0x13]),
  },
  {
    file: 'utf8-broken.der',
    refused: 'when judged',
    description: 'the organisation is not UTF-8',
    mutate: (der) => splice(der, find(der, '060355040a0c') + 7, 1, [0xff]),
  },
  { file: 'deep-1000.der', description: 'a thousand SEQUENCEs in one another', mutate: () => deep(1000) },
  { file: 'many-nulls.der', description: 'fifty thousand NULLs in a SEQUENCE', mutate: () => wide(50_000) },
];

function wide(count: number): Buffer {
  const content = Buffer.alloc(count * 2);
  for (let index = 0; index < content.length; index += 2) content[index] = 0x05;
  return Buffer.concat([
    Buffer.from([0x30, 0x83, content.length >> 16, (content.length >> 8) & 0xff, content.length & 0xff]),
    content,
  ]);
}

/** Writes every mutation of vectors/pki/rsa/leaf.pem. */
export function writeHostile(folder: string, certificate: string): void {
  mkdirSync(folder, { recursive: true });
  const der = openssl(['x509', '-in', certificate, '-outform', 'DER']);
  for (const { file, mutate } of mutations) writeFileSync(path.join(folder, file), mutate(der));
  const index = {
    notice: 'Written by vectors/recipes/hostile.ts. None may pass, and none may take long.',
    certificates: mutations.map(({ file, description, refused = 'when read' }) => ({ file, description, refused })),
  };
  writeFileSync(path.join(folder, 'index.json'), `${JSON.stringify(index, null, 2)}\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = process.argv[2] ?? path.join(here, '../hostile/x509');
  writeHostile(folder, path.join(here, '../pki/rsa/leaf.pem'));
  process.stdout.write(`${readFileSync(path.join(folder, 'index.json'), 'utf8').split('\n').length} lines of index\n`);
}
