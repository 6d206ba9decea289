// Certificates and paths with everything decoded: ours, Node's X509Certificate, @peculiar/x509 and PKI.js, in turns.
import { verify, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { decodePem } from '@onelock/core/bytes';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { validatePath } from '@onelock/core/path';
import { judgeCertificate } from '@onelock/core/validation';
import { type Certificate, checkCertificateEncoding, formatName, parseCertificate } from '@onelock/core/x509';
import { Certificate as PkiCertificate } from 'pkijs';
import { type BenchRow, publishFindings, ratio } from '../../tools/src/bench/findings.ts';
import { type Contender, measureInTurns } from '../../tools/src/bench/measure.ts';
import { PeculiarCertificate } from '../../tools/src/bench/peculiar-x509.ts';
import { basicConstraints, keyRing, keyUsage, makeCertificate, name } from '../test/support/test-ca.ts';

const ops = createNodeCrypto();
const at = new Date('2026-06-01T00:00:00Z');

const der = (file: string): Uint8Array => {
  const [block] = decodePem(readFileSync(new URL(`../../vectors/pki/${file}.pem`, import.meta.url), 'utf8'));
  if (block === undefined) throw new Error(`${file} is empty`);
  return block.bytes;
};

function expectTrue(value: unknown, what: string): void {
  if (value !== true) throw new Error(`${what} did not pass: the benchmark would measure a refusal`);
}

/** Everything a certificate says: names as text, number, times, key, every extension we know. */
function readWhole(certificate: Certificate): unknown {
  checkCertificateEncoding(certificate);
  const { subject, issuer, serialNumber, notBefore, notAfter, spki, extensions } = certificate;
  return [formatName(subject), formatName(issuer), serialNumber, notBefore, notAfter, spki, extensions];
}

/** All that Node decodes: it has no getter for most extensions, so the comparison favours it. */
function readNode(certificate: X509Certificate): unknown {
  const { subject, issuer, serialNumber, validFrom, validTo, publicKey, keyUsage, subjectAltName, infoAccess, ca } =
    certificate;
  return [subject, issuer, serialNumber, validFrom, validTo, publicKey, keyUsage, subjectAltName, infoAccess, ca];
}

/** PKI.js reads the contents of an extension when they are asked for. */
function readPki(certificate: PkiCertificate): unknown {
  const { subject, issuer, serialNumber, notBefore, notAfter, subjectPublicKeyInfo, extensions } = certificate;
  const values = extensions?.map(({ parsedValue }) => parsedValue);
  return [subject, issuer, serialNumber, notBefore, notAfter, subjectPublicKeyInfo.parsedKey, values];
}

function parseRows(title: string, file: string): Promise<readonly BenchRow[]> {
  const bytes = der(file);
  const buffer = Buffer.from(bytes);
  const copy = new Uint8Array(bytes);
  const contenders: Contender[] = [
    { name: `${title}.ours`, run: () => readWhole(parseCertificate(bytes)) },
    { name: `${title}.node`, run: () => readNode(new X509Certificate(buffer)) },
    { name: `${title}.node-undecoded`, run: () => new X509Certificate(buffer) },
    {
      name: `${title}.peculiar`,
      run: () => {
        const { subject, issuer, serialNumber, notBefore, notAfter, publicKey, extensions } = new PeculiarCertificate(
          copy,
        );
        return [subject, issuer, serialNumber, notBefore, notAfter, publicKey, extensions];
      },
    },
    { name: `${title}.pkijs`, run: () => readPki(PkiCertificate.fromBER(copy)) },
  ];
  return measureInTurns(contenders);
}

/** Three certificates parsed and judged each time. Node parses them and checks names and two signatures, no more. */
async function chainRows(family: 'rsa' | 'p256'): Promise<readonly BenchRow[]> {
  const [leaf, intermediate, root] = [der(`${family}/leaf`), der(`${family}/intermediate`), der(`${family}/root`)];
  const buffers = [leaf, intermediate, root].map((bytes) => Buffer.from(bytes));
  const ours = (): boolean =>
    validatePath(
      {
        leaf: parseCertificate(leaf),
        intermediates: [parseCertificate(intermediate)],
        trustAnchors: [{ kind: 'certificate', certificate: parseCertificate(root) }],
        at,
        profile: 'rfc5280',
      },
      ops,
    ).verdict.indication === 'passed';
  const node = (): boolean => {
    const chain = buffers.map((bytes) => new X509Certificate(bytes));
    return chain.slice(0, -1).every((certificate, index) => {
      const issuer = chain[index + 1];
      return issuer !== undefined && certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
    });
  };
  expectTrue(ours(), `the ${family} chain by ours`);
  expectTrue(node(), `the ${family} chain by Node`);
  return measureInTurns([
    { name: `chain3.${family}.ours`, run: ours },
    { name: `chain3.${family}.node`, run: node },
  ]);
}

/** A thousand leaves under one CA: ours judges each, the peer of ours parses and checks one signature each. */
async function manyLeaves(): Promise<readonly BenchRow[]> {
  const key = keyRing(ops);
  const ca = { name: name('CA'), key: key('ca') };
  const root = makeCertificate(
    { subject: ca.name, key: ca.key, issuer: ca, extensions: [basicConstraints(), keyUsage(5, 6)] },
    ops,
  );
  const holder = key('leaf');
  const leaves = Array.from({ length: 1000 }, (_, index) => {
    const spec = { subject: name(`holder ${index}`), key: holder, issuer: ca, extensions: [keyUsage(0, 1)] };
    return makeCertificate(spec, ops).der;
  });
  const trustAnchors = [{ kind: 'certificate', certificate: parseCertificate(root.der) }] as const;
  const shared = { intermediates: [], trustAnchors, at, profile: 'bidding', revocation: 'none' } as const;
  const judgeAll = (): boolean =>
    leaves.every(
      (bytes) => judgeCertificate({ ...shared, certificate: parseCertificate(bytes) }, ops).indication === 'passed',
    );
  const { publicKey } = root;
  const signaturesOnly = (): boolean =>
    leaves.every((bytes) => {
      const certificate = parseCertificate(bytes);
      return ops.verify(publicKey, { kind: 'ecdsa', digest: 'sha256' }, certificate.tbs, certificate.signature);
    });
  const nodeKey = new X509Certificate(Buffer.from(root.der)).publicKey;
  const nodeOnly = (): boolean =>
    leaves.every((bytes) => {
      const { tbs, signature } = parseCertificate(bytes);
      return verify('sha256', tbs, nodeKey, signature);
    });
  expectTrue(judgeAll(), 'a thousand leaves');
  expectTrue(signaturesOnly() && nodeOnly(), 'a thousand signatures');
  const options = { rounds: 7, roundMs: 600 };
  const rows = await measureInTurns(
    [
      { name: 'leaves1000.judge', run: judgeAll },
      { name: 'leaves1000.parse-and-one-signature', run: signaturesOnly },
      { name: 'leaves1000.parse-and-one-signature-by-node', run: nodeOnly },
    ],
    options,
  );
  return rows.map((row) => ({ ...row, unit: 'certificates/s', value: row.value * leaves.length }));
}

const parsed = { 'parse.rsa2048': 'rsa/leaf', 'parse.p256-server': 'p256/server', 'parse.sm2': 'sm2/leaf' };
const rows: BenchRow[] = [];
for (const [title, file] of Object.entries(parsed)) rows.push(...(await parseRows(title, file)));
for (const family of ['rsa', 'p256'] as const) rows.push(...(await chainRows(family)));
rows.push(...(await manyLeaves()));

publishFindings({
  absent: [],
  rows,
  ratios: [
    ...Object.keys(parsed).flatMap((title) => [
      ...ratio(rows, `${title}.ours`, `${title}.node`, 2),
      ...ratio(rows, `${title}.ours`, `${title}.node-undecoded`),
      ...ratio(rows, `${title}.ours`, `${title}.peculiar`, 2),
      ...ratio(rows, `${title}.ours`, `${title}.pkijs`),
    ]),
    ...ratio(rows, 'chain3.rsa.ours', 'chain3.rsa.node', 1),
    ...ratio(rows, 'chain3.p256.ours', 'chain3.p256.node', 1),
    ...ratio(rows, 'leaves1000.judge', 'leaves1000.parse-and-one-signature', 0.8),
    ...ratio(rows, 'leaves1000.judge', 'leaves1000.parse-and-one-signature-by-node', 0.8),
  ],
});
