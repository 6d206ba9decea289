import { CodedError } from '../errors/index.ts';
import type { SignedData } from './signed-data.ts';

/** Parses a ContentInfo holding SignedData. @throws {CodedError} ERR_CMS_*, ERR_DER_* with the absolute offset */
export function parseSignedData(_der: Uint8Array): SignedData {
  throw new CodedError('ERR_CALL_UNSUPPORTED', { call: 'parseSignedData' });
}
