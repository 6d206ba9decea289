import type { loginErrors } from '../../errors/rows/login.ts';
import type { WordsFor } from '../words.ts';

export const loginWords = {
  ERR_LOGIN_TOKEN_MALFORMED: '登录令牌格式错误：{field}',
  ERR_LOGIN_ORIGIN_MISMATCH: '登录令牌是为 {actual} 签发的，不是 {expected}',
  ERR_LOGIN_CHALLENGE_UNKNOWN: '登录挑战不存在、已使用或已过期，请重新登录',
  ERR_LOGIN_TOKEN_FORBIDDEN_INPUT: '拒绝签名：内容以登录令牌标记开头，只能由 authenticate 生成',
} as const satisfies WordsFor<typeof loginErrors>;
