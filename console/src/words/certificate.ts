import { wordsOf } from './words-of.ts';

export const say = wordsOf(
  {
    hint: 'PEM 文本，或 DER 的 base64。只要证书，不要私钥。',
    file: '从文件读取…',
  },
  {
    hint: 'PEM text, or base64 of the DER. Certificates alone, never a key.',
    file: 'Read from a file…',
  },
);
