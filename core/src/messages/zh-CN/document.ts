import type { documentErrors } from '../../errors/rows/document.ts';
import type { WordsFor } from '../words.ts';

export const documentWords = {
  ERR_DOCUMENT_MALFORMED: '文档结构错误：{detail}',
  ERR_DOCUMENT_UNSUPPORTED: '不支持的文档：{detail}',
  ERR_DOCUMENT_PLACE_NOT_FOUND: '文档中没有指定的盖章位置：{detail}',
} as const satisfies WordsFor<typeof documentErrors>;
