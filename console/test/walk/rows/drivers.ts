import { readFileSync } from 'node:fs';
import { decodePem, utf8Encode } from '@onelock/core/bytes';
import { prepareSignedData } from '@onelock/core/cms';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { parseCertificate } from '@onelock/core/x509';
import { pkiFile } from '../../../../bridge-service/test/support/pki.ts';
import type { WalkRow } from '../rows.ts';

const ops = createNodeCrypto();

function bytesOf(file: string): Uint8Array {
  const block = decodePem(readFileSync(pkiFile(`${file}.pem`), 'utf8')).at(-1);
  if (block === undefined) throw new Error(`no PEM block in ${file}`);
  return block.bytes;
}

/** As the keeper of the catalogue signs it. */
function signedCatalogue(version: number): Uint8Array {
  const certificate = parseCertificate(bytesOf('sm2/driver-signer'));
  const words = (zh: string, en: string) => ({ 'zh-CN': zh, en });
  const content = {
    ...{
      kind: 'onelock-driver-catalogue',
      version,
      issuedAt: '2026-11-01T00:00:00Z',
      nextUpdate: '2027-11-01T00:00:00Z',
    },
    drivers: [
      {
        ...{
          id: 'skf-example',
          version: 3,
          family: 'skf',
          name: words('示例 UKey', 'Example key'),
          vendor: { name: 'Example Co' },
        },
        libraries: [{ system: 'linux-x64' }],
      },
    ],
    recalls: [
      {
        ...{ driver: 'skf-old', upToVersion: 2, at: '2026-10-01T00:00:00Z' },
        reason: words('签名可能出错', 'May sign wrongly'),
      },
    ],
  };
  const prepared = prepareSignedData(
    { content: utf8Encode(JSON.stringify(content)), detached: false, certificate },
    ops,
  );
  const key = { kind: 'sm2', pkcs8: bytesOf('sm2/driver-signer.test-key') } as const;
  return prepared.assemble(ops.sign(key, prepared.algorithm, prepared.toBeSigned));
}

export const driversRows: readonly WalkRow[] = [
  {
    area: 'drivers',
    title: 'a signed catalogue is published from a file; an older one is refused in words',
    async run(walk) {
      walk.know('Example Co', '示例 UKey', '签名可能出错', 'Example key');
      await walk.go('/drivers');
      await walk.look('catalogue, before');
      await walk.dialog('publish', 'publish');
      await walk.upload('file', 'catalogue.p7', signedCatalogue(walk.language === 'en' ? 20 : 10));
      await walk.expectText(walk.say('已读取', 'bytes read'));
      await walk.fill('why', walk.say('增加新型号', 'a new model'));
      await walk.submit();
      await walk.expectText('skf-example');
      walk.did('publish a signed catalogue');
      await walk.look('catalogue');
      await walk.enter('publish');
      await walk.upload('file', 'catalogue.p7', signedCatalogue(2));
      await walk.enter('submit');
      await walk.page.locator('dialog [data-test=failure]').waitFor();
      await walk.look('publish, refused');
      await walk.press('Escape');
      walk.did('an older catalogue is refused in words');
    },
  },
];
