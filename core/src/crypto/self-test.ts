import { fromHex } from '../bytes/hex.ts';
import { utf8Encode } from '../bytes/utf8.ts';
import { CodedError } from '../errors/coded-error.ts';
import { encodeEcdsaSignature } from './ecdsa-signature.ts';
import { type CryptoOps, sm2DefaultUserId } from './ops.ts';
import { parsePrivateKey } from './private-key.ts';
import { parsePublicKey } from './public-key.ts';

/** The signature example of GB/T 32918.5-2017 annex A: key pair, message and signature with the default user id. */
const example = {
  spki: '3059301306072a8648ce3d020106082a811ccf5501822d0342000409f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13',
  pkcs8:
    '308187020100301306072a8648ce3d020106082a811ccf5501822d046d306b02010104203945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8a1440342000409f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13',
  message: 'message digest',
  signature:
    'f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa',
} as const;

/**
 * Proves an engine before anyone relies on it: it verifies the standard's example, refuses the example with another message and
 * with the empty user id (the mistake of every engine that forgets ZA), and what it signs verifies with the right id only.
 *
 * @throws {CodedError} ERR_CRYPTO_SELF_TEST_FAILED
 */
export function selfTest(ops: CryptoOps): void {
  if (!passes(ops)) throw new CodedError('ERR_CRYPTO_SELF_TEST_FAILED', { engine: ops.engine });
}

function passes(ops: CryptoOps): boolean {
  try {
    const publicKey = parsePublicKey(fromHex(example.spki));
    const privateKey = parsePrivateKey(fromHex(example.pkcs8));
    const message = utf8Encode(example.message);
    const signature = encodeEcdsaSignature(fromHex(example.signature));
    const withId = { kind: 'sm2-sm3', userId: sm2DefaultUserId } as const;
    const withEmptyId = { kind: 'sm2-sm3', userId: new Uint8Array(0) } as const;
    const own = ops.sign(privateKey, withId, message);
    return (
      ops.verify(publicKey, withId, message, signature) &&
      !ops.verify(publicKey, withId, utf8Encode('message digesT'), signature) &&
      !ops.verify(publicKey, withEmptyId, message, signature) &&
      ops.verify(publicKey, withId, message, own) &&
      !ops.verify(publicKey, withEmptyId, message, own)
    );
  } catch (cause) {
    throw new CodedError('ERR_CRYPTO_SELF_TEST_FAILED', { engine: ops.engine }, { cause });
  }
}
