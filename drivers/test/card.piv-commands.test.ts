import { createECDH } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { concatBytes, fromHex, toHex, utf8Encode } from '@onelock/core/bytes';
import { parseCertificate } from '@onelock/core/x509';
import { describe, expect, it } from 'vitest';
import { ApduChannel, encodeTlv } from '../src/card/apdu/index.ts';
import {
  authenticateAdministrator,
  generalAuthenticate,
  logOut,
  pinState,
  verify,
} from '../src/card/applications/piv/commands.ts';
import { readCertificate, readGuid } from '../src/card/applications/piv/objects.ts';
import type { VirtualCard } from '../src/virtual-card/index.ts';
import { managementKey, newPivCard, pivGuid, pivPin } from './piv-under-test.ts';
import { ecIdentity, rsaIdentity } from './test-keys.ts';

const select = '00a4040009a0000003080000100000';
const failing = <T>(promise: Promise<T>) => promise.catch((error) => error);

function channelTo(card: VirtualCard): ApduChannel {
  card.answer(fromHex(select));
  return new ApduChannel(async (command) => card.answer(command), { form: 'short', chaining: true });
}

describe('the commands of PIV', () => {
  it('agree on a secret by the key management key (SP 800-73-4 part 2 appendix A.4)', async () => {
    const card = newPivCard({ slots: { '9d': ecIdentity.signing } });
    const channel = channelTo(card);
    const { publicKey } = parseCertificate(ecIdentity.signing.certificate);
    if (publicKey.kind !== 'ec') throw new Error('not a curve');
    const ours = createECDH('prime256v1');
    const point = Uint8Array.from(ours.generateKeys());
    await expect(failing(generalAuthenticate(channel, 'p256', 0x9d, 'agree', point))).resolves.toFailWith(
      'ERR_TOKEN_SESSION_CLOSED',
    );
    await verify(channel, utf8Encode(pivPin));
    const secret = await generalAuthenticate(channel, 'p256', 0x9d, 'agree', point);
    expect(toHex(secret)).toBe(ours.computeSecret(publicKey.point).toString('hex'));
    const nowhere = new Uint8Array(65).fill(4);
    expect(await failing(generalAuthenticate(channel, 'p256', 0x9d, 'agree', nowhere))).toBeInstanceOf(Error);
  });

  it('tell and forget the state of the PIN without a try', async () => {
    const channel = channelTo(newPivCard());
    expect(await pinState(channel)).toBe(5);
    await verify(channel, utf8Encode(pivPin));
    expect(await pinState(channel)).toBe('verified');
    expect(await logOut(channel)).toBe(true);
    expect(await pinState(channel)).toBe(5);
    await expect(failing(verify(channel, utf8Encode('12345')))).resolves.toFailWith('ERR_TOKEN_PIN_LENGTH');
    await expect(failing(verify(channel, utf8Encode('abcdef')))).resolves.toFailWith('ERR_TOKEN_PIN_LENGTH');
    expect(await pinState(channel)).toBe(5);
  });

  it('prove the management key to a card that proves it too, and to no other', async () => {
    const card = newPivCard();
    const key = { algorithm: managementKey.algorithm, key: fromHex(managementKey.key) } as const;
    await authenticateAdministrator(channelTo(card), key);
    const liar = new ApduChannel(
      async (command) =>
        command[1] === 0x87 && command.length > 12
          ? concatBytes(encodeTlv(0x7c, encodeTlv(0x82, new Uint8Array(16))), fromHex('9000'))
          : card.answer(command),
      { form: 'short', chaining: true },
    );
    await expect(failing(authenticateAdministrator(liar, key))).resolves.toFailWith('ERR_TOKEN_DATA_CORRUPT');
  });

  it('read a certificate that is compressed, and the number of the card', async () => {
    const channel = channelTo(newPivCard());
    expect(await readGuid(channel)).toBe(pivGuid);
    const { certificate } = rsaIdentity.signing;
    const object = encodeTlv(0x53, encodeTlv(0x70, gzipSync(certificate)), encodeTlv(0x71, Uint8Array.of(1)));
    const packed = new ApduChannel(async () => concatBytes(object, fromHex('9000')), {
      form: 'extended',
      chaining: false,
    });
    expect(await readCertificate(packed, '9a')).toEqual(certificate);
    const bomb = encodeTlv(
      0x53,
      encodeTlv(0x70, gzipSync(new Uint8Array(10_000_000))),
      encodeTlv(0x71, Uint8Array.of(1)),
    );
    const hostile = new ApduChannel(async () => concatBytes(bomb, fromHex('9000')), {
      form: 'extended',
      chaining: false,
    });
    await expect(failing(readCertificate(hostile, '9a'))).resolves.toFailWith('ERR_TOKEN_DATA_CORRUPT');
  });
});
