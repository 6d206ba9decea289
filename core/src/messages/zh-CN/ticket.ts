import type { ticketErrors } from '../../errors/rows/ticket.ts';
import type { WordsFor } from '../words.ts';

export const ticketWords = {
  ERR_TICKET_KEY_UNKNOWN: '请求票据所用的公钥（{key}）不在该平台的登记中',
  ERR_TICKET_SIGNATURE_INVALID: '请求票据的签名不成立',
  ERR_TICKET_ORIGIN_MISMATCH: '请求票据的来源 {origin} 不属于该平台',
  ERR_TICKET_EXPIRED: '请求票据不在有效期内（至 {expiresAt}，最长 60 秒）',
  ERR_TICKET_REPLAYED: '请求票据已经用过',
} as const satisfies WordsFor<typeof ticketErrors>;
