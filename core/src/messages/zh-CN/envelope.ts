import type { envelopeErrors } from '../../errors/rows/envelope.ts';
import type { WordsFor } from '../words.ts';

export const envelopeWords = {
  ERR_ENVELOPE_MALFORMED: '数字信封结构错误：{field}，偏移 {offset}',
  ERR_ENVELOPE_NOT_RECIPIENT: '该密钥不在数字信封的接收者之列，请换用加密时所列的密钥',
  ERR_ENVELOPE_CONTENT_INVALID: '无法解开：密文已损坏或并非用此密钥加密',
} as const satisfies WordsFor<typeof envelopeErrors>;
