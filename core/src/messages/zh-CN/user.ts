import type { userErrors } from '../../errors/rows/user.ts';
import type { WordsFor } from '../words.ts';

export const userWords = {
  ERR_USER_CANCELLED: '用户已取消',
  ERR_USER_TIMEOUT: '在 {timeoutSeconds} 秒内没有确认，已取消',
} as const satisfies WordsFor<typeof userErrors>;
