export { checkTimestampToken, type StampedMaterial, type TokenCheck } from './check-token.ts';
export type { MessageImprint } from './imprint.ts';
export {
  encodeTimestampGrant,
  encodeTimestampRefusal,
  prepareTimestamp,
  type StampToIssue,
  type TimestampFailure,
} from './issue.ts';
export {
  encodeTimestampRequest,
  parseTimestampRequest,
  type StampDigest,
  type TimestampQuestion,
  type TimestampRequest,
} from './request.ts';
export { parseTimestampResponse, requireGranted, type TimestampResponse, type TimestampStatus } from './response.ts';
export { parseTimestampToken, type TimestampToken } from './token.ts';
export type { TstInfo } from './tst-info.ts';
