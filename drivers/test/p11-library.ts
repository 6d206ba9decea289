import { createPrivateKey } from 'node:crypto';
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { derOctetString } from '@onelock/core/asn1';
import { fromHex } from '@onelock/core/bytes';
import { sm2DefaultUserId } from '@onelock/core/crypto';
import { parseCertificate } from '@onelock/core/x509';
import { startHostedDriver } from '../src/host/index.ts';
import { createPkcs11Driver } from '../src/pkcs11/index.ts';
import type { Pkcs11DriverConfig } from '../src/port/index.ts';
import type { DriverUnderTest } from './driver-suite.ts';
import { buildLibrary, hasModule, type LibraryFile, nativeCompiler, pinFile } from './native-library.ts';
import { rsaIdentity, sm2Identity } from './test-keys.ts';

/** For the title of what is skipped without them. */
export const p11Parts = 'gcc, libssl-dev and a compiled pkcs11js';

/** The compiler when everything that the soft PKCS#11 library needs is there. */
export function p11Compiler(): string | undefined {
  return hasModule('pkcs11js') ? nativeCompiler() : undefined;
}

export const buildP11Library = (compiler: string): LibraryFile => buildLibrary(compiler, 'pkcs11');

export const p11Pin = '123456';
export const p11SoPin = '87654321';

/** What a manifest says of this vendor's mechanisms; see native/pkcs11/p11.h. */
export const softMechanisms = {
  sm2: {
    sign: { mechanism: 0x80008000, input: 'digest' },
    decrypt: { mechanism: 0x80008010, input: 'c1c3c2' },
    generate: { mechanism: 0x80008001 },
    unwrap: { mechanism: 0x80008020 },
    unwrapContentKey: { mechanism: 0x80008021 },
  },
  sm4: { keyType: 0x80000004, cbc: 0x80008030 },
} as const satisfies Pkcs11DriverConfig['mechanisms'];

type AttributeValue = number | boolean | Uint8Array;
type Attributes = readonly (readonly [type: number, value: AttributeValue])[];

/** An object as the soft library keeps it: type, length, value. */
export function objectFile(attributes: Attributes): Buffer {
  return Buffer.concat(
    attributes.map(([type, value]) => {
      const bytes = bytesOf(value);
      const head = Buffer.alloc(8);
      head.writeUInt32LE(type, 0);
      head.writeUInt32LE(bytes.length, 4);
      return Buffer.concat([head, bytes]);
    }),
  );
}

function bytesOf(value: AttributeValue): Buffer {
  if (typeof value === 'boolean') return Buffer.of(value ? 1 : 0);
  if (typeof value !== 'number') return Buffer.from(value);
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

export interface P11TokenChanges {
  readonly name?: string;
  readonly label?: string;
  readonly serialNumber?: string;
  readonly retries?: number;
  readonly factoryPin?: boolean;
  /** CKA_ALWAYS_AUTHENTICATE on every private key. */
  readonly alwaysAuthenticate?: boolean;
  /** Both key pairs of the SM2 identity under one CKA_ID, as some vendors do. */
  readonly oneId?: boolean;
}

/** Writes a token: an RSA identity and a dual SM2 one. @returns its folder */
export function writeP11Token(folder: string, changes: P11TokenChanges = {}): string {
  const { name = 'token-0', label = '演示 SM2 Key', serialNumber = 'P11-0001', retries = 8 } = changes;
  const place = path.join(folder, name);
  const data = path.join(place, 'data');
  mkdirSync(data, { recursive: true });
  writeFileSync(path.join(data, 'token'), `${label}\n${serialNumber}\n测试厂商\n`);
  writeFileSync(path.join(data, 'user-pin'), pinFile(p11Pin, retries, changes.factoryPin ?? false));
  writeFileSync(path.join(data, 'so-pin'), pinFile(p11SoPin, 10, false));
  const always = changes.alwaysAuthenticate ?? false;
  const write = (
    id: string,
    use: 'sign' | 'encrypt' | 'both',
    pair: { pkcs8: Uint8Array; certificate: Uint8Array },
  ) => {
    for (const [kind, attributes] of Object.entries(objectsOf(fromHex(id), use, pair, always)))
      writeFileSync(path.join(data, `${id}-${use}-${kind}.object`), objectFile(attributes));
  };
  write(rsaIdentity.id, 'both', rsaIdentity.signing);
  write(sm2Identity.id, 'sign', sm2Identity.signing);
  if (sm2Identity.encryption) write(changes.oneId ? sm2Identity.id : 'e3', 'encrypt', sm2Identity.encryption);
  return place;
}

function objectsOf(
  id: Uint8Array,
  use: 'sign' | 'encrypt' | 'both',
  { pkcs8, certificate }: { readonly pkcs8: Uint8Array; readonly certificate: Uint8Array },
  always: boolean,
): Readonly<Record<'private' | 'public' | 'certificate', Attributes>> {
  const { publicKey, subject, issuerDer } = parseCertificate(certificate);
  const common: Attributes = [
    [0x1, true],
    [0x102, id],
    [0x3, Buffer.from('label')],
  ];
  const parts = keyParts(pkcs8, publicKey.kind === 'sm2' ? publicKey.point : null);
  return {
    private: [
      ...([[0x0, 3]] as const),
      ...common,
      ...parts,
      [0x2, true],
      [0x103, true],
      [0x108, use !== 'encrypt'],
      [0x105, use !== 'sign'],
      [0x107, use !== 'both'],
      [0x202, always],
      [0x8f000001, pkcs8],
    ],
    public: [
      ...([[0x0, 2]] as const),
      ...common,
      ...parts,
      [0x2, false],
      [0x10a, use !== 'encrypt'],
      [0x104, use !== 'sign'],
    ],
    certificate: [
      ...([[0x0, 1]] as const),
      ...common,
      [0x2, false],
      [0x80, 0],
      [0x101, subject.der],
      [0x81, issuerDer],
      [0x11, certificate],
    ],
  };
}

function keyParts(pkcs8: Uint8Array, point: Uint8Array | null): Attributes {
  if (point !== null)
    return [
      [0x100, 3],
      [0x180, fromHex('06082a811ccf5501822d')],
      [0x181, derOctetString(point)],
    ];
  const { n = '', e = '' } = createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' }).export({
    format: 'jwk',
  });
  return [
    [0x100, 0],
    [0x120, Buffer.from(n, 'base64url')],
    [0x122, Buffer.from(e, 'base64url')],
  ];
}

/** A folder of its own, in a folder that others may not enter, like a person's home. */
export function newP11Folder(): { readonly folder: string; remove(): void } {
  const home = mkdtempSync(path.join(tmpdir(), 'onelock-p11-'));
  return { folder: path.join(home, 'tokens'), remove: () => rmSync(home, { recursive: true, force: true }) };
}

export interface P11Wanted {
  readonly mechanisms?: Pkcs11DriverConfig['mechanisms'];
  readonly quirks?: Pkcs11DriverConfig['quirks'];
  readonly traits?: string;
  readonly pin?: Pkcs11DriverConfig['pin'];
  readonly token?: P11TokenChanges;
}

export function p11Config(library: string, folder: string, wanted: P11Wanted = {}): Pkcs11DriverConfig {
  return {
    id: 'soft-p11',
    family: 'pkcs11',
    library,
    mechanisms: wanted.mechanisms ?? softMechanisms,
    ...(wanted.quirks && { quirks: wanted.quirks }),
    ...(wanted.pin && { pin: wanted.pin }),
    stateFolder: folder,
    environment: { ONELOCK_P11_FOLDER: '.', ONELOCK_P11_TRAITS: wanted.traits ?? '', ONELOCK_P11_FAULTS: '' },
  };
}

export async function startP11(
  library: string,
  place: 'in-process' | 'hosted',
  wanted: P11Wanted = {},
): Promise<DriverUnderTest> {
  const { folder, remove } = newP11Folder();
  const token = writeP11Token(folder, wanted.token);
  const config = p11Config(library, folder, wanted);
  const before = process.cwd();
  if (place === 'in-process') process.chdir(folder);
  const driver = place === 'hosted' ? await startHostedDriver(config) : await createPkcs11Driver(config);
  const aside = path.join(path.dirname(folder), 'pulled-out');
  return {
    driver,
    pin: p11Pin,
    serialNumber: 'P11-0001',
    label: '演示 SM2 Key',
    identities: [
      { id: rsaIdentity.id, algorithm: { kind: 'rsa-pkcs1v15', digest: 'sha256' } },
      { id: sm2Identity.id, algorithm: { kind: 'sm2-sm3', userId: sm2DefaultUserId } },
    ],
    remove: () => renameSync(token, aside),
    restore: () => renameSync(aside, token),
    end: async () => {
      await driver.close();
      process.chdir(before);
      remove();
    },
  };
}
