import type { ticketErrors } from '../../errors/rows/ticket.ts';
import type { WordsFor } from '../words.ts';

export const ticketWords = {
  ERR_TICKET_KEY_UNKNOWN: '请求票据所用的公钥（{key}）不在该平台的登记中',
  ERR_TICKET_SIGNATURE_INVALID: '请求票据的签名不成立',
  ERR_TICKET_ORIGIN_MISMATCH: '请求票据的来源 {origin} 不属于该平台',
  ERR_TICKET_EXPIRED: '请求票据不在有效期内（至 {expiresAt}，最长 60 秒）',
  ERR_TICKET_REPLAYED: '请求票据已经用过',
  ERR_TICKET_REQUIRED: '该平台要求敏感操作附带服务器签名的请求票据，本次 {call} 没有附带，已拒绝',
  ERR_TICKET_MALFORMED: '请求票据的内容不符合格式',
  ERR_TICKET_OPERATION_MISMATCH: '请求票据准许的操作是 {operation}，网页请求的却是 {call}，已拒绝',
  ERR_TICKET_DIGEST_MISMATCH: '请求票据准许的内容与网页交来的内容不一致，已拒绝',
} as const satisfies WordsFor<typeof ticketErrors>;
