import type { requestErrors } from '../../errors/rows/request.ts';
import type { WordsFor } from '../words.ts';

export const requestWords = {
  ERR_REQUEST_INVALID: '请求字段 {field} 无效：{rule}',
  ERR_REQUEST_TOO_LARGE: '请求过大，上限 {limit} 字节',
  ERR_REQUEST_TIMEOUT: '请求未在 {timeoutMs} 毫秒内发送完毕',
  ERR_REQUEST_MEDIA_TYPE: '请求内容类型不受支持',
  ERR_REQUEST_METHOD: '该地址不支持此请求方法',
  ERR_REQUEST_NOT_FOUND: '没有这个地址或记录',
  ERR_REQUEST_PERSONAL_NUMBER: '名称人人可见、长期留存，请勿写入身份证号或手机号（{field}）',
  ERR_REQUEST_CONFLICT: '与已有记录冲突：{field}',
  ERR_REQUEST_OUTDATED:
    '您读取之后，此记录已被他人修改（现为第 {version} 版），本次修改未保存。请重新读取，看过新内容再改',
  ERR_REQUEST_IDEMPOTENCY_MISMATCH: '同一 Idempotency-Key 用于了不同的请求',
} as const satisfies WordsFor<typeof requestErrors>;
