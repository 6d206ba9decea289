import type { CryptoOps, SignatureAlgorithm } from '../crypto/index.ts';
import { CodedError } from '../errors/index.ts';
import type { Certificate } from '../x509/index.ts';
import type { MessageFamily } from './signed-data.ts';

export interface MessageToPrepare {
  readonly content: Uint8Array;
  readonly detached: boolean;
  readonly certificate: Certificate;
  /** Further certificates to put into the message; the signer's own is always there. */
  readonly chain?: readonly Certificate[] | undefined;
  readonly signingTime?: Date | undefined;
  /** Default: `gm` for SM2 keys, `pkcs7` otherwise. */
  readonly family?: MessageFamily | undefined;
}

export interface PreparedMessage {
  /** DER of the signed attributes, tag 0x31: what the key signs (as a message, not as a digest). */
  readonly toBeSigned: Uint8Array;
  /** How the key must sign it. */
  readonly algorithm: SignatureAlgorithm;
  /** @param signature DER SEQUENCE { r, s } for SM2 and ECDSA, modulus-length bytes for RSA */
  assemble(signature: Uint8Array): Uint8Array;
}

/** First half of signing a message: everything but the signature. */
export function prepareSignedData(_message: MessageToPrepare, _ops: CryptoOps): PreparedMessage {
  throw new CodedError('ERR_CALL_UNSUPPORTED', { call: 'prepareSignedData' });
}
