import type { serviceErrors } from '../../errors/rows/service.ts';
import type { WordsFor } from '../words.ts';

export const serviceWords = {
  ERR_SERVICE_UNAVAILABLE: '验证服务暂不可用，请稍后再试',
  ERR_SERVICE_INTERNAL: '服务内部错误，请联系支持并提供编号',
  ERR_SERVICE_CONFIG_INVALID: '配置项 {key} 无效：{rule}',
  ERR_SERVICE_DATABASE_NEWER: '数据库由更新的版本写入（迁移 {migration}），请使用该版本启动',
  ERR_SERVICE_AUDIT_BROKEN: '审计日志在第 {sequence} 条断裂：{rule}',
  ERR_SERVICE_AUDIT_UNWITNESSED: '审计日志自身完整，但没有数据库之外的检查点可供对照，无法断定是否被截短或重写',
  ERR_SERVICE_RATE_LIMITED: '请求过于频繁，请 {retryAfterMs} 毫秒后再试',
} as const satisfies WordsFor<typeof serviceErrors>;
