import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { derOid, derSequence, derUtf8String, oids } from '@onelock/core/asn1';
import {
  addUnsignedAttribute,
  checkSigners,
  contentHint,
  longTermValues,
  messageDigestOf,
  namesItsCertificate,
  parseMessage,
  parseSignedData,
  prepareSignedData,
} from '@onelock/core/cms';
import { parsePrivateKey } from '@onelock/core/crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { opensslCommand } from '../../../tools/src/test-setup/real-parts.ts';
import { requireReal } from '../../../tools/src/test-setup/require-real.ts';
import { ownCertificate, ownKey, ownPki } from '../support/certificates.ts';
import { ops } from '../support/engine.ts';
import { attribute, buildMessage, honestAttributes } from '../support/message-builder.ts';

const content = new TextEncoder().encode('标书\n'.repeat(100));

function sign(name: string, change: object = {}): Uint8Array {
  const certificate = ownCertificate(name);
  const chain = [ownCertificate(name.replace('leaf', 'intermediate'))];
  const message = { content, detached: true, certificate, chain, namesCertificate: true, ...change };
  const prepared = prepareSignedData(message, ops);
  return prepared.assemble(ops.sign(parsePrivateKey(ownKey(name)), prepared.algorithm, prepared.toBeSigned));
}

describe('a signer who names the certificate', () => {
  it.each(['sm2/leaf', 'rsa/leaf', 'p256/leaf'])('passes, and does so among what is signed: %s', (name) => {
    const message = parseSignedData(sign(name));
    expect(namesItsCertificate(message.signers[0]?.signedAttributes ?? [])).toBe(true);
    expect(checkSigners(message, { content }, ops)[0]?.verdict).toEqual({ indication: 'passed' });
  });
});

describe('a file too large to hold', () => {
  it.each(['sm2/leaf', 'rsa/leaf', 'p256/leaf'])('is signed by its digest: %s', (name) => {
    const digest = ops.digest(messageDigestOf(ownCertificate(name).publicKey), content);
    const message = parseSignedData(sign(name, { content: { digest } }));
    expect(message.content).toBeNull();
    expect(checkSigners(message, { content }, ops)[0]?.verdict).toEqual({ indication: 'passed' });
  });

  it('is not signed by its digest where it is to be inside, nor by a digest of another length', () => {
    const digest = ops.digest('sm3', content);
    expect(() => sign('sm2/leaf', { content: { digest }, detached: false })).toFailWith('ERR_CMS_CONTENT_ABSENT');
    expect(() => sign('sm2/leaf', { content: { digest: digest.subarray(1) } })).toFailWith('ERR_CMS_CONTENT_ABSENT');
  });
});

describe('what CAdES adds', () => {
  const certificate = ownCertificate('sm2/leaf');

  it('tells what the content is, once', () => {
    const hint = attribute(oids.contentHint, derSequence(derUtf8String('开标一览表'), derOid(oids.gmData)));
    const message = (...hints: readonly Uint8Array[]): Uint8Array =>
      buildMessage(
        {
          ...{ content, certificate, key: parsePrivateKey(ownKey('sm2/leaf')) },
          attributes: [...honestAttributes(content, ops), ...hints],
        },
        ops,
      );
    const signer = (der: Uint8Array): ReturnType<typeof parseSignedData>['signers'][number] => {
      const [first] = parseSignedData(der).signers;
      if (first === undefined) throw new Error('it has a signer');
      return first;
    };
    expect(contentHint(signer(message(hint)))).toEqual({ description: '开标一览表', contentType: oids.gmData });
    expect(contentHint(signer(message()))).toBeNull();
    expect(() => contentHint(signer(message(hint, hint)))).toFailWith('ERR_CMS_ATTRIBUTE_INVALID');
  });

  it('is added without a change to what is signed', () => {
    const message = sign('sm2/leaf');
    const values = derSequence(ownCertificate('sm2/root').der);
    const added = addUnsignedAttribute(message, 0, 'certificateValues', values);
    const [signer] = parseSignedData(added).signers;
    if (signer === undefined) throw new Error('it has a signer');
    expect(longTermValues(signer).certificates).toEqual([ownCertificate('sm2/root').der]);
    expect(checkSigners(parseSignedData(added), { content }, ops)[0]?.verdict).toEqual({ indication: 'passed' });
    expect(() => addUnsignedAttribute(message, 1, 'certificateValues', values)).toFailWith('ERR_CMS_MALFORMED');
  });

  it('is a message like any other', () => {
    expect(parseMessage(sign('sm2/leaf')).kind).toBe('signed');
  });
});

requireReal('OpenSSL', opensslCommand())('CAdES and OpenSSL', (openssl) => {
  let folder = '';
  const at = (file: string): string => path.join(folder, file);
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'onelock-cades-'));
    writeFileSync(at('content'), content);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each(['rsa/leaf', 'p256/leaf'])(
    'it accepts a CAdES-B signature of ours, and none without the name: %s',
    (name) => {
      const verify = (der: Uint8Array): Uint8Array => {
        writeFileSync(at('message'), der);
        const root = path.join(ownPki, `${name.replace('leaf', 'root')}.pem`);
        const how = ['-cades', '-binary', '-inform', 'DER', '-purpose', 'any', '-attime', '1780300800'];
        const files = ['-in', at('message'), '-content', at('content'), '-CAfile', root];
        return new Uint8Array(execFileSync(openssl, ['cms', '-verify', ...how, ...files], { stdio: 'pipe' }));
      };
      expect(verify(sign(name))).toEqual(content);
      expect(() => verify(sign(name, { namesCertificate: false }))).toThrow();
    },
  );
});
