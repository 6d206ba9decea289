import { equalBytes, fromBase64, toBase64 } from '@onelock/core/bytes';
import { prepareSignedData } from '@onelock/core/cms';
import { parsePublicKey } from '@onelock/core/crypto';
import { parseEnvelopedKey } from '@onelock/core/pkcs12';
import { parseCertificate } from '@onelock/core/x509';
import type { DeviceId, SessionId, TokenDriver } from '@onelock/drivers/port';
import { createSkfDriver } from '@onelock/drivers/skf';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { EnrolmentWorld, prepareRequest, start } from '../../bridge-service/test/support/applicant.ts';
import { ciphers, ops } from '../../core/test/support/engine.ts';
import { pinOf } from '../../drivers/test/driver-suite.ts';
import {
  buildSkfLibrary,
  type SkfLibraryFile,
  skfCompiler,
  skfParts,
  skfPin,
  writeSkfToken,
} from '../../drivers/test/skf-library.ts';
import { newSkfFolder, skfConfig } from '../../drivers/test/skf-under-test.ts';
import { requireReal } from '../../tools/src/test-setup/require-real.ts';

const device = 'SKF-0001/SJKJ' as DeviceId;
const sm2 = { kind: 'sm2' } as const;

requireReal(skfParts, skfCompiler())('a key behind an SKF library', (compiler) => {
  let world: EnrolmentWorld;
  let library: SkfLibraryFile;
  let driver: TokenDriver;
  let session: SessionId;
  const endings: (() => unknown)[] = [];
  beforeAll(async () => {
    world = await EnrolmentWorld.start();
    library = buildSkfLibrary(compiler, { packing: 'pack1', ulongBytes: 4 });
    const { folder, remove } = newSkfFolder();
    writeSkfToken(folder);
    const before = process.cwd();
    process.chdir(folder);
    driver = await createSkfDriver(skfConfig(library.library, folder, { quirks: { packing: 'pack1', ulongBytes: 4 } }));
    endings.push(
      () => driver.close(),
      () => process.chdir(before),
      remove,
      () => library.remove(),
    );
    session = await driver.openSession(device, pinOf(skfPin));
  });
  afterAll(async () => {
    for (const end of endings) await end();
    await world?.close();
  });

  /** What the agent does for the page: the key, its request, and for a renewal the old key's word. */
  async function apply(old?: { readonly identityId: string; readonly certificate: Uint8Array }) {
    const { identityId, publicKey } = await driver.generateKeyPair(
      session,
      'sm2',
      old === undefined ? 'first' : 'second',
    );
    const prepared = prepareRequest(parsePublicKey(publicKey));
    const bytes = prepared.toBeSigned;
    const request = prepared.assemble(
      await driver.sign(session, identityId, prepared.algorithm, { kind: 'message', bytes }),
    );
    const renews = old === undefined ? {} : { kind: 'renewal', renews: toBase64(old.certificate) };
    const id = await world.draft(renews);
    const proof = old === undefined ? null : await proofOf(old, request);
    const body = { request: toBase64(request), ...(proof !== null && { proof: toBase64(proof) }) };
    const submitted = await world.submit(id, body);
    expect(submitted.status, JSON.stringify(submitted.body)).toBe(200);
    await world.settle();
    const answer = await world.service.call('GET', `/v1/applications/${id}/delivery`, { token: world.platform });
    return { identityId, delivery: answer.body };
  }

  async function proofOf(old: { readonly identityId: string; readonly certificate: Uint8Array }, request: Uint8Array) {
    const certificate = parseCertificate(old.certificate);
    const prepared = prepareSignedData({ content: request, detached: true, certificate, signingTime: start }, ops);
    const input = { kind: 'message', bytes: prepared.toBeSigned } as const;
    return prepared.assemble(await driver.sign(session, old.identityId, prepared.algorithm, input));
  }

  /** And with what came back. */
  async function install({ identityId, delivery }: Awaited<ReturnType<typeof apply>>) {
    const signing = fromBase64(delivery.signingCertificate);
    const encryption = fromBase64(delivery.encryptionCertificate);
    await driver.importCertificate(session, identityId, 'signing', signing);
    const pair = { ...parseEnvelopedKey(fromBase64(delivery.envelope.bytes)), cipher: 'sm4' } as const;
    await driver.importEncryptionKeyPair(session, identityId, pair, encryption);
    return { identityId, certificate: signing, encryption };
  }

  it('applies, is given dual certificates, renews, and opens what was encrypted to the old and to the new', async () => {
    const first = await install(await apply());
    const secret = ops.random(16);
    const seal = (certificate: Uint8Array) => ciphers.encryptKey(parseCertificate(certificate).publicKey, sm2, secret);
    const before = seal(first.encryption);
    const second = await install(await apply(first));
    expect(second.identityId).not.toBe(first.identityId);
    const after = seal(second.encryption);
    const open = (identityId: string, ciphertext: Uint8Array) =>
      driver.decrypt(session, { identityId, certificate: null }, sm2, ciphertext);
    expect(equalBytes(await open(first.identityId, before), secret)).toBe(true);
    expect(equalBytes(await open(second.identityId, after), secret)).toBe(true);
    const listed = await driver.listIdentities(device);
    for (const { identityId, encryption } of [first, second])
      expect(listed.find(({ id }) => id === identityId)?.encryptionCertificate).toEqual(encryption);
  });
});
