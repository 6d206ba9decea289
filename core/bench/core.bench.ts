// Signatures, certificates and paths: ours, Node's crypto alone, @peculiar/x509 and sm-crypto, in turns.
import {
  createPrivateKey,
  createPublicKey,
  createSign,
  createVerify,
  type KeyObject,
  sign,
  verify,
  X509Certificate,
} from 'node:crypto';
import { readFileSync } from 'node:fs';
import { decodePem, toHex } from '@onelock/core/bytes';
import { parsePrivateKey, parsePublicKey, type SignatureAlgorithm, sm2DefaultUserId } from '@onelock/core/crypto';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { validatePath } from '@onelock/core/path';
import { type Certificate, parseCertificate } from '@onelock/core/x509';
import smCrypto from 'sm-crypto';
import { type BenchRow, publishFindings, ratio } from '../../tools/src/bench/findings.ts';
import { type Contender, measureInTurns } from '../../tools/src/bench/measure.ts';
import { PeculiarCertificate } from '../../tools/src/bench/peculiar-x509.ts';
import { opensslSpeed } from './openssl-speed.ts';

const ops = createNodeCrypto();
const message = new Uint8Array(32).fill(0x5a);

const vector = (name: string): string =>
  readFileSync(new URL(`../../vectors/pki/${name}.pem`, import.meta.url), 'utf8');
const der = (name: string): Uint8Array => {
  const [block] = decodePem(vector(name));
  if (block === undefined) throw new Error(`${name} is empty`);
  return block.bytes;
};

type Family = 'sm2' | 'rsa' | 'p256';

const algorithms: Readonly<Record<Family, SignatureAlgorithm>> = {
  sm2: { kind: 'sm2-sm3', userId: sm2DefaultUserId },
  rsa: { kind: 'rsa-pkcs1v15', digest: 'sha256' },
  p256: { kind: 'ecdsa', digest: 'sha256' },
};
const titles: Readonly<Record<Family, string>> = { sm2: 'sm2', rsa: 'rsa2048', p256: 'p256' };

/** What Node does when left alone. For SM2 that leaves out ZA, so it is a measure of cost and not a GM/T signature. */
const nodeSign = (family: Family, key: KeyObject): Buffer =>
  family === 'sm2' ? createSign('sm3').update(message).sign(key) : sign('sha256', message, key);
const nodeVerify = (family: Family, key: KeyObject, signature: Uint8Array): boolean =>
  family === 'sm2'
    ? createVerify('sm3').update(message).verify(key, signature)
    : verify('sha256', message, key, signature);

function expectTrue(value: unknown, what: string): void {
  if (value !== true) throw new Error(`${what} did not verify: the benchmark would measure a refusal`);
}

async function signatureRows(family: Family): Promise<readonly BenchRow[]> {
  const title = titles[family];
  const pem = { key: vector(`${family}/leaf.test-key`), certificate: vector(`${family}/leaf`) };
  const privateKey = parsePrivateKey(der(`${family}/leaf.test-key`));
  const publicKey = parsePublicKey(parseCertificate(der(`${family}/leaf`)).spki);
  const algorithm = algorithms[family];
  const nodePrivate = createPrivateKey(pem.key);
  const nodePublic = createPublicKey(pem.certificate);
  const ours = ops.sign(privateKey, algorithm, message);
  const nodes = nodeSign(family, nodePrivate);
  expectTrue(ops.verify(publicKey, algorithm, message, ours), `${title} of ours`);
  expectTrue(nodeVerify(family, nodePublic, nodes), `${title} of Node`);
  // One key is met again and again here, so for SM2 verification `ours` is the engine with its table for that key.
  const signers: Contender[] = [
    { name: `${title}.sign.ours`, run: () => ops.sign(privateKey, algorithm, message) },
    { name: `${title}.sign.node`, run: () => nodeSign(family, nodePrivate) },
  ];
  const verifiers: Contender[] = [
    { name: `${title}.verify.ours`, run: () => ops.verify(publicKey, algorithm, message, ours) },
    { name: `${title}.verify.node`, run: () => nodeVerify(family, nodePublic, nodes) },
  ];
  if (family === 'sm2' && publicKey.kind === 'sm2') {
    const peer = smCryptoPeer(nodePrivate, toHex(publicKey.point), ours);
    signers.push(peer.sign);
    verifiers.push(peer.verify);
  }
  return [...(await measureInTurns(signers)), ...(await measureInTurns(verifiers))];
}

function smCryptoPeer(
  key: KeyObject,
  publicKey: string,
  signature: Uint8Array,
): { sign: Contender; verify: Contender } {
  const { sm2 } = smCrypto;
  const encoded = key.export({ format: 'der', type: 'pkcs8' }).toString('hex');
  // The scalar follows `OCTET STRING of 32 bytes` in the one form of PKCS#8 that OpenSSL writes for SM2.
  const scalar = /0201010420([0-9a-f]{64})/.exec(encoded)?.[1] ?? '';
  const options = { der: true, hash: true, publicKey, userId: '1234567812345678' } as const;
  const bytes = [...message];
  expectTrue(sm2.doVerifySignature(bytes, toHex(signature), publicKey, options), 'our SM2 signature by sm-crypto');
  return {
    sign: { name: 'sm2.sign.sm-crypto', run: () => sm2.doSignature(bytes, scalar, options) },
    verify: {
      name: 'sm2.verify.sm-crypto',
      run: () => sm2.doVerifySignature(bytes, toHex(signature), publicKey, options),
    },
  };
}

/** Parsed, and what every program reads of a certificate read. */
function parseRows(family: Family): Promise<readonly BenchRow[]> {
  const bytes = der(`${family}/leaf`);
  const buffer = Buffer.from(bytes);
  const read = (certificate: Certificate): unknown => [
    certificate.subject,
    certificate.issuer,
    certificate.serialNumber,
    certificate.notAfter,
    certificate.keyUsage,
    certificate.publicKey,
  ];
  const title = `certificate.parse-${titles[family]}`;
  const contenders: Contender[] = [
    { name: `${title}.ours`, run: () => read(parseCertificate(bytes)) },
    {
      name: `${title}.node`,
      run: () => {
        const certificate = new X509Certificate(buffer);
        const { subject, issuer, serialNumber, validTo, keyUsage } = certificate;
        return [subject, issuer, serialNumber, validTo, keyUsage, family === 'sm2' ? null : certificate.publicKey];
      },
    },
    {
      name: `${title}.peculiar`,
      run: () => {
        const certificate = new PeculiarCertificate(bytes as Uint8Array<ArrayBuffer>);
        const { subject, issuer, serialNumber, notAfter, publicKey, extensions } = certificate;
        return [subject, issuer, serialNumber, notAfter, publicKey, extensions];
      },
    },
  ];
  return measureInTurns(contenders);
}

/**
 * Leaf, intermediate, root: parsed and judged each time. Ours does all of RFC 5280 §6; the peers check two signatures and
 * the names, so the comparison favours them. Node and @peculiar/x509 cannot do SM2.
 */
async function chainRows(family: Family): Promise<readonly BenchRow[]> {
  const files = ['leaf', 'intermediate', 'root'].map((name) => der(`${family}/${name}`));
  const buffers = files.map((bytes) => Buffer.from(bytes));
  const [leafBytes, intermediateBytes, rootBytes] = files;
  if (leafBytes === undefined || intermediateBytes === undefined || rootBytes === undefined)
    throw new Error('no chain');
  const at = new Date('2026-06-01T00:00:00Z');
  const judge = (): string =>
    validatePath(
      {
        leaf: parseCertificate(leafBytes),
        intermediates: [parseCertificate(intermediateBytes)],
        trustAnchors: [{ kind: 'certificate', certificate: parseCertificate(rootBytes) }],
        at,
        profile: 'rfc5280',
      },
      ops,
    ).verdict.indication;
  if (judge() !== 'passed') throw new Error(`the ${family} chain does not pass`);
  const node = (): boolean => {
    const chain = buffers.map((bytes) => new X509Certificate(bytes));
    return chain.slice(0, -1).every((certificate, index) => {
      const issuer = chain[index + 1];
      return issuer !== undefined && certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
    });
  };
  const title = `chain3.validate-${titles[family]}`;
  const contenders: Contender[] = [{ name: `${title}.ours`, run: judge }];
  if (family !== 'sm2') {
    expectTrue(node(), `the ${family} chain by Node`);
    contenders.push({ name: `${title}.node`, run: node });
    const peculiar = peculiarChain(files);
    expectTrue(await peculiar(), `the ${family} chain by @peculiar/x509`);
    contenders.push({ name: `${title}.peculiar`, run: peculiar });
  }
  return measureInTurns(contenders);
}

/** @peculiar/x509 verifies through WebCrypto. */
function peculiarChain(files: readonly Uint8Array[]): () => Promise<boolean> {
  return async () => {
    const chain = files.map((bytes) => new PeculiarCertificate(bytes as Uint8Array<ArrayBuffer>));
    for (const [index, certificate] of chain.slice(0, -1).entries()) {
      const issuer = chain[index + 1];
      if (issuer === undefined || !(await certificate.verify({ publicKey: issuer, signatureOnly: true }))) return false;
    }
    return true;
  };
}

const families: readonly Family[] = ['sm2', 'rsa', 'p256'];
const speed = opensslSpeed();
const rows: BenchRow[] = [];
for (const family of families) rows.push(...(await signatureRows(family)));
rows.push(...speed.rows);
for (const family of families) rows.push(...(await parseRows(family)));
for (const family of families) rows.push(...(await chainRows(family)));

publishFindings({
  rows,
  ratios: [
    ...ratio(rows, 'sm2.sign.ours', 'sm2.sign.node'),
    ...ratio(rows, 'sm2.verify.ours', 'sm2.verify.node', 0.8),
    ...ratio(rows, 'sm2.sign.ours', 'sm2.sign.sm-crypto', 10),
    ...ratio(rows, 'sm2.verify.ours', 'sm2.verify.sm-crypto', 10),
    ...ratio(rows, 'sm2.sign.ours', 'sm2.sign.openssl'),
    ...ratio(rows, 'sm2.verify.ours', 'sm2.verify.openssl'),
    ...ratio(rows, 'rsa2048.sign.ours', 'rsa2048.sign.node'),
    ...ratio(rows, 'rsa2048.verify.ours', 'rsa2048.verify.node'),
    ...families.flatMap((family) => [
      ...ratio(rows, `certificate.parse-${titles[family]}.ours`, `certificate.parse-${titles[family]}.node`, 1),
      ...ratio(rows, `certificate.parse-${titles[family]}.ours`, `certificate.parse-${titles[family]}.peculiar`, 1),
      ...ratio(rows, `chain3.validate-${titles[family]}.ours`, `chain3.validate-${titles[family]}.node`, 1),
      ...ratio(rows, `chain3.validate-${titles[family]}.ours`, `chain3.validate-${titles[family]}.peculiar`, 1),
    ]),
  ],
  absent: speed.absent,
});
