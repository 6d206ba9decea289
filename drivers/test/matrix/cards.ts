import { fromHex } from '@onelock/core/bytes';
import { startHostedDriver } from '../../src/host/index.ts';
import type { CardDriverConfig } from '../../src/port/index.ts';
import type { VirtualCard } from '../../src/virtual-card/index.ts';
import { CardBench, shows } from '../card-bench.ts';
import { cardParts, pcscDaemon } from '../card-parts.ts';
import { gmAdminPin, gmConfig, gmPin, gmSerial, newGmCard } from '../gm-under-test.ts';
import { newOpenPgpCard, openPgpAdminPin, openPgpConfig, openPgpPin, openPgpSerial } from '../openpgp-under-test.ts';
import { newPivCard, pivConfig, pivGuid, pivPin, pivPuk } from '../piv-under-test.ts';
import { rsaIdentity, sm2Identity } from '../test-keys.ts';
import type { MatrixFamily, StartedFamily } from './matrix-family.ts';

interface CardsUnderTest extends Pick<StartedFamily, 'pin' | 'adminPin' | 'serialNumber' | 'secondSerialNumber'> {
  readonly unsupported: readonly string[];
  readonly config: (bench: CardBench) => CardDriverConfig;
  readonly cards: () => readonly [VirtualCard, VirtualCard];
}

/** Through a pcscd of its own: two readers, a card in each. */
function cardFamily(
  title: MatrixFamily['title'],
  { config, cards, unsupported, ...rest }: CardsUnderTest,
): MatrixFamily {
  return {
    title,
    missing: () => (pcscDaemon() === undefined ? cardParts : null),
    unsupported,
    signatures: 50,
    async start() {
      const bench = await CardBench.start();
      const [first, second] = cards();
      await bench.insert(first, 0);
      await bench.insert(second, 1);
      const driver = await startHostedDriver(config(bench));
      await shows(driver, 2);
      return {
        ...rest,
        driver,
        remove: () => bench.reader(0).remove(),
        restore: () => void bench.insert(first, 0),
        end: async () => {
          await driver.close();
          await bench.stop();
        },
      };
    },
  };
}

const secondGuid = 'ffeeddccbbaa99887766554433221100';

export const pivFamily = cardFamily(
  { 'zh-CN': '虚拟 PIV 卡', en: 'virtual PIV card' },
  {
    unsupported: ['random', 'sign-sm2', 'renewal'],
    pin: pivPin,
    adminPin: pivPuk,
    serialNumber: pivGuid,
    secondSerialNumber: secondGuid,
    config: (bench) => pivConfig(bench, { form: 'extended' }),
    cards: () => [newPivCard(), newPivCard({ guid: fromHex(secondGuid), slots: { '9a': rsaIdentity.signing } })],
  },
);

export const gmFamily = cardFamily(
  { 'zh-CN': '虚拟国密卡', en: 'virtual GM card' },
  {
    unsupported: ['sign-rsa', 'sign-ec', 'decrypt'],
    pin: gmPin,
    adminPin: gmAdminPin,
    serialNumber: gmSerial,
    secondSerialNumber: 'GM-0002',
    config: (bench) => gmConfig(bench),
    cards: () => [
      newGmCard({ files: { seal: { bytes: new Uint8Array(600).fill(7), needsPin: false } } }),
      newGmCard({ serialNumber: 'GM-0002', containers: [{ name: '法人', signing: sm2Identity.signing }] }),
    ],
  },
);

export const openPgpFamily = cardFamily(
  { 'zh-CN': '虚拟 OpenPGP 卡', en: 'virtual OpenPGP card' },
  {
    unsupported: ['sign-sm2', 'renewal'],
    pin: openPgpPin,
    adminPin: openPgpAdminPin,
    serialNumber: openPgpSerial,
    secondSerialNumber: 'f1d000000002',
    config: (bench) => openPgpConfig(bench),
    cards: () => [
      newOpenPgpCard(),
      newOpenPgpCard({ serialNumber: fromHex('f1d000000002'), slots: { aut: rsaIdentity.signing } }),
    ],
  },
);
