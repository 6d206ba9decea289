import { bytes, closed, text } from './primitives.ts';

/** What a trading server, and not the script of its page, vouches for. Judged by core/ticket. */
export const RequestTicket = closed(
  {
    key: text(
      { max: 64, pattern: '^[A-Za-z0-9._-]+$' },
      '平台登记的公钥编号',
      'Id of a public key of the platform’s profile',
    ),
    statement: text(
      { min: 2, max: 8192 },
      '票据正文（JSON 原文，所签即所传）',
      'The statement: JSON, exactly as it was signed',
    ),
    signature: bytes({ min: 8, max: 1024 }, '服务器的签名', 'Signature of the server'),
  },
  [
    '请求票据：交易系统服务器对操作、内容摘要、显示文字、随机数与期限的签名；平台要求票据时必须附带',
    'Request ticket: the trading server’s signature over operation, digest of the content, shown text, nonce and lifetime; needed where the platform demands tickets',
  ],
);

/** Why a ticket may be refused. */
export const ticketErrors = [
  'ERR_TICKET_REQUIRED',
  'ERR_TICKET_MALFORMED',
  'ERR_TICKET_KEY_UNKNOWN',
  'ERR_TICKET_SIGNATURE_INVALID',
  'ERR_TICKET_ORIGIN_MISMATCH',
  'ERR_TICKET_OPERATION_MISMATCH',
  'ERR_TICKET_DIGEST_MISMATCH',
  'ERR_TICKET_EXPIRED',
  'ERR_TICKET_REPLAYED',
] as const;
