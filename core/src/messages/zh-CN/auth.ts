import type { authErrors } from '../../errors/rows/auth.ts';
import type { WordsFor } from '../words.ts';

export const authWords = {
  ERR_AUTH_REQUIRED: '需要调用方凭证',
  ERR_AUTH_INVALID: '调用方凭证无效',
  ERR_AUTH_ROLE_REQUIRED: '需要角色 {role}',
  ERR_AUTH_PERMISSION_REQUIRED: '字段 {field} 需要调用方权限 {permission}，请向运营方申请',
  ERR_AUTH_CODE_INVALID: '一次性代码无效或已使用',
} as const satisfies WordsFor<typeof authErrors>;
