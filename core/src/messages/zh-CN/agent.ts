import type { agentErrors } from '../../errors/rows/agent.ts';
import type { WordsFor } from '../words.ts';

export const agentWords = {
  ERR_AGENT_HOST_DENIED: '请求的主机名不被允许',
  ERR_AGENT_ORIGIN_MISSING: '请求没有来源（Origin），已拒绝',
  ERR_AGENT_ORIGIN_DENIED: '网站 {origin} 未获授权使用本机密钥',
  ERR_AGENT_ORIGIN_UNREGISTERED:
    '网站 {origin} 不在交易中心公布的平台名录中，本机已拒绝它使用密钥。如确为交易平台，请其向交易中心登记网址',
  ERR_AGENT_ORIGIN_REGISTRY_STALE:
    '本机保存的平台名录已于 {expiresAt} 过期，无法确认网站身份。请连接网络并核对电脑时间后重试',
  ERR_AGENT_ORIGIN_REGISTRY_MISSING: '本机尚未取得平台名录，无法确认网站身份。请连接网络后重试',
  ERR_AGENT_ORIGIN_REGISTRY_INVALID: '互认服务给出的平台名录不可采信（{rule}），仍使用原有名录',
  ERR_AGENT_PEER_DENIED: '连接来自本机的其他用户，已拒绝',
  ERR_AGENT_FRAME_INVALID: '消息格式无效：{detail}',
  ERR_AGENT_RATE_LIMITED: '请求过于频繁，请 {retryAfterMs} 毫秒后再试',
  ERR_AGENT_VERSION_MISMATCH: '版本不匹配：代理 {agent}，页面 {page}',
  ERR_AGENT_WINDOW_UNAVAILABLE: '无法打开确认窗口',
  ERR_AGENT_WINDOW_EXPIRED: '该确认窗口已使用或已过期，请回到网站重新操作',
  ERR_AGENT_PORTS_TAKEN: '本机端口 {ports} 均被占用，代理无法启动，请关闭占用端口的程序',
  ERR_AGENT_INTERNAL: '代理内部错误，请联系支持并提供编号',
} as const satisfies WordsFor<typeof agentErrors>;
