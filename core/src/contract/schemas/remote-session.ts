import { oneOf } from './primitives.ts';

export const remoteSessionStates = [
  'shown',
  'scanned',
  'reviewing',
  'approved',
  'rejected',
  'signing',
  'done',
  'failed',
  'expired',
  'cancelled',
] as const;

export const RemoteSessionState = oneOf(
  remoteSessionStates,
  '状态：已显示、已扫码、查看中、已同意、已拒绝、签名中、完成、失败、过期、取消',
  'State: shown, scanned, reviewing, approved, rejected, signing, done, failed, expired, cancelled',
);
