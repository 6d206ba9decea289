import type { serviceErrors } from '../../errors/rows/service.ts';
import type { WordsFor } from '../words.ts';

export const serviceWords = {
  ERR_SERVICE_UNAVAILABLE: '验证服务暂不可用，请稍后再试',
  ERR_SERVICE_INTERNAL: '服务内部错误，请联系支持并提供编号',
  ERR_SERVICE_CONFIG_INVALID: '配置项 {key} 无效：{rule}',
  ERR_SERVICE_DATABASE_NEWER: '数据库由更新的版本写入（迁移 {migration}），请使用该版本启动',
  ERR_SERVICE_DATABASE_OLDER:
    '数据库由更旧的版本写入（缺迁移 {migration}），未作改动：请用该版本备份，或先用本版本启动一次服务',
  ERR_SERVICE_DATABASE_DAMAGED: '数据库文件 {file} 已损坏或不是数据库：请停止服务，留存原文件，并由备份恢复',
  ERR_SERVICE_AUDIT_BROKEN: '审计日志在第 {sequence} 条断裂：{rule}',
  ERR_SERVICE_AUDIT_UNWITNESSED: '审计日志自身完整，但没有数据库之外的检查点可供对照，无法断定是否被截短或重写',
  ERR_SERVICE_AUDIT_CONTINUED:
    '审计日志自第 {kept} 条接续；原分支第 {lostFrom} 至 {lostTo} 条因恢复备份而丢失，由 {by} 于 {at} 在第 {sequence} 条声明',
  ERR_SERVICE_RESTORATION_UNDECLARED:
    '见证方知道 {size} 条记录，比备份多：恢复会丢失一段日志，请用 --reason 与 --by 说明原因和经办人，写入日志',
  ERR_SERVICE_RESTORATION_UNSIGNED: '{size} 条的检查点不是本服务的密钥所签',
  ERR_SERVICE_RESTORATION_KEPT: '{size} 条的检查点与日志不符：请用 --kept 写明备份有多少条，须少于 {size}',
  ERR_SERVICE_RESTORATION_SECOND_PERSON: '须由另一人批准：请给出 --approved-by，不得与 --by 相同',
  ERR_SERVICE_RESTORATION_NOTHING: '日志与所给的检查点全部相符，没有什么可声明',
  ERR_SERVICE_RATE_LIMITED: '请求过于频繁，请 {retryAfterMs} 毫秒后再试',
} as const satisfies WordsFor<typeof serviceErrors>;
