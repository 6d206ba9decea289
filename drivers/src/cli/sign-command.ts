import { decodePem } from '@onelock/core/bytes';
import type { PrivateKey } from '@onelock/core/crypto';
import { CodedError } from '@onelock/core/errors';
import { parseCertificate } from '@onelock/core/x509';
import { checkCatalogue } from '../catalogue/index.ts';
import {
  checkManifest,
  encodeCanonicalJson,
  type Json,
  openSignedContent,
  readJson,
  signContent,
} from '../manifest/index.ts';
import { type Command, type Options, textOption } from './command.ts';
import { trustOf } from './known-drivers.ts';
import { readFile } from './read-file.ts';
import { cliWords } from './words.ts';
import { writeFile } from './write-file.ts';

const maxJsonBytes = 6 * 1024 * 1024;

/**
 * `driver sign FILE`: for the keeper of a catalogue. Checks a manifest or catalogue as it will be checked, brings it into its
 * canonical form and signs it. Where anchors are named, what nobody under them would accept is not written.
 */
export const signCommand: Command = {
  options: {
    certificate: { type: 'string' },
    key: { type: 'string' },
    chain: { type: 'string', multiple: true },
    out: { type: 'string' },
  },
  words: [1, 1],
  async run([file = ''], options, context) {
    const { locale, ops, now } = context;
    const value = readJson(readFile(file), maxJsonBytes);
    const isCatalogue =
      typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'onelock-driver-catalogue';
    const { version } = isCatalogue ? checkCatalogue(value) : checkManifest(value);
    const certificate = parseCertificate(pemOrDer(demand(options, 'certificate', locale), 'CERTIFICATE'));
    const pkcs8 = pemOrDer(demand(options, 'key', locale), 'PRIVATE KEY');
    const kind = certificate.publicKey.kind;
    if (kind !== 'rsa' && kind !== 'sm2' && kind !== 'ec')
      throw new CodedError('ERR_CRYPTO_ALGORITHM_UNSUPPORTED', { algorithm: kind });
    const key: PrivateKey = { kind, pkcs8 };
    const chain = (Array.isArray(options.chain) ? options.chain : []).map((each: string) =>
      parseCertificate(pemOrDer(each, 'CERTIFICATE')),
    );
    const content = encodeCanonicalJson(value as Json);
    const signed = signContent({ content, certificate, chain, key, signingTime: now() }, ops);
    pkcs8.fill(0);
    const trust = trustOf(context);
    if (trust.anchors.length > 0) openSignedContent(signed, trust, now(), ops);
    const out = textOption(options, 'out') ?? `${file.replace(/\.json$/, '')}.p7m`;
    writeFile(out, signed);
    const what = isCatalogue ? 'catalogue' : 'manifest';
    return {
      text: `${cliWords[locale].signed} ${out} (v${version})\n`,
      json: { kind: what, version, file: out, bytes: signed.length },
      status: 0,
    };
  },
};

function demand(options: Options, name: string, locale: keyof typeof cliWords): string {
  const value = textOption(options, name);
  if (value === undefined) throw new CodedError('ERR_CLI_USAGE', { detail: `${cliWords[locale].needed} --${name}` });
  return value;
}

/** @throws {CodedError} ERR_CLI_FILE_UNREADABLE for a PEM file without such a block */
function pemOrDer(file: string, label: string): Uint8Array {
  const bytes = readFile(file);
  const text = Buffer.from(bytes).toString('latin1');
  if (!text.includes('-----BEGIN ')) return bytes;
  const block = decodePem(text).find((each) => each.label === label);
  if (block === undefined) throw new CodedError('ERR_CLI_FILE_UNREADABLE', { file });
  return block.bytes;
}
