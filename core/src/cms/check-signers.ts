import type { CryptoOps } from '../crypto/index.ts';
import { CodedError } from '../errors/index.ts';
import type { Certificate } from '../x509/index.ts';
import type { SignedData } from './signed-data.ts';
import type { SignerCheck } from './signer-check.ts';

export interface SignerMaterial {
  /** The signed octets of a detached signature; for an attached one it must equal what is inside. */
  readonly content?: Uint8Array | undefined;
  /** Further certificates to look for signers in, beside those of the message. */
  readonly certificates?: readonly Certificate[] | undefined;
}

/** One check per SignerInfo, in the message's order. Never throws for a bad signature. */
export function checkSigners(_message: SignedData, _material: SignerMaterial, _ops: CryptoOps): SignerCheck[] {
  throw new CodedError('ERR_CALL_UNSUPPORTED', { call: 'checkSigners' });
}
