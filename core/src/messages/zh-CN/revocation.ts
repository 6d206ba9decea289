import type { revocationErrors } from '../../errors/rows/revocation.ts';
import type { WordsFor } from '../words.ts';

export const revocationWords = {
  ERR_REVOCATION_REVOKED: '证书已被吊销：{subject}（{revokedAt}）',
  ERR_REVOCATION_UNKNOWN: '无法确认证书是否被吊销：{subject}',
} as const satisfies WordsFor<typeof revocationErrors>;
