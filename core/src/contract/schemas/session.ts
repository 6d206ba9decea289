import { oneOf } from './primitives.ts';

export const keyPurposes = ['authenticate', 'sign', 'seal', 'decrypt'] as const;

export const KeyPurpose = oneOf(
  keyPurposes,
  '用途：身份认证、签名、签章、解密',
  'Purpose: authenticate, sign, seal, decrypt',
);
