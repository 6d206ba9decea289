import type { authErrors } from '../../errors/rows/auth.ts';
import type { WordsFor } from '../words.ts';

export const authWords = {
  ERR_AUTH_REQUIRED: '需要调用方凭证',
  ERR_AUTH_INVALID: '调用方凭证无效',
  ERR_AUTH_SIGNATURE_REQUIRED: '此平台的请求须带签名（RFC 9421），只有令牌不够',
  ERR_AUTH_SIGNATURE_INVALID: '请求签名不成立：{rule}',
  ERR_AUTH_SIGNATURE_REPLAYED: '此签名的 nonce 已用过，请为每个请求重新签名',
  ERR_AUTH_CERTIFICATE_REQUIRED: '此平台须以登记过且未过期的 TLS 客户端证书连接，只有令牌不够',
  ERR_AUTH_ROLE_REQUIRED: '需要角色 {role}',
  ERR_AUTH_PERMISSION_REQUIRED: '字段 {field} 需要调用方权限 {permission}，请向运营方申请',
  ERR_AUTH_CODE_INVALID: '一次性代码无效或已使用',
  ERR_CONSOLE_SESSION_ENDED: '登录已结束，请重新登录',
  ERR_CONSOLE_SESSION_UNCONFIRMED:
    '暂时查不到您的证书是否已被吊销（{reason}），现在只能查看，不能改动；证据源恢复后自动继续',
  ERR_CONSOLE_USER_UNKNOWN: '证书有效，但没有绑定到本控制台的用户，请管理员为您绑定。证书摘要（SM3）：{certificate}',
  ERR_CONSOLE_PROOF_FAILED: '未能证明您持有这张证书的私钥：{reason}',
  ERR_CONSOLE_ORIGIN: '请求不是来自本服务的控制台页面（应为 {expected}，实际为 {actual}）',
  ERR_CONSOLE_PAGES_MISSING: '控制台页面尚未构建，请在服务器上运行 npm run build',
} as const satisfies WordsFor<typeof authErrors>;
