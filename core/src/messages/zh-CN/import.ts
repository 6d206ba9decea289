import type { importErrors } from '../../errors/rows/import.ts';
import type { WordsFor } from '../words.ts';

export const importWords = {
  ERR_IMPORT_STATE: '导入处于「{state}」状态，不能这样处理',
  ERR_IMPORT_OFFSET: '这一段接不上已收到的内容，应从第 {expected} 字节续传',
  ERR_IMPORT_DIGEST: '收到的内容与声明的 SHA-256 不符，请重新上传',
  ERR_IMPORT_FORMAT: '不支持的文件格式（{format}）：请提供 CSV、XLSX、PEM、PKCS#7、DER 或 ZIP',
  ERR_IMPORT_MALFORMED: '文件已损坏或被截断：{place}（{what}）',
  ERR_IMPORT_LIMIT: '超过限度：{what} 最多 {limit}',
  ERR_IMPORT_MAPPING: '不知道「{field}」对应哪一列，请指定列对应关系',
  ERR_IMPORT_PRIVATE_KEY: '{place} 含有私钥。存量导入不收私钥，已停止并清除上传的内容；请通知持有人更换该密钥',
  ERR_IMPORT_INTERRUPTED: '读取文件时超出内存限度而中止，请拆分文件后重试',
  ERR_IMPORT_ENCODING: '这一行的文字编码与文件其余部分不同，无法可靠读出',
  ERR_IMPORT_CELL: '「{column}」列的内容无法读取：{rule}',
  ERR_IMPORT_REFERENCE: '清单所指的文件「{file}」在同一压缩包中找到 {found} 个，应恰有一个',
  ERR_IMPORT_EMPTY_ROW: '这一行既没有证书，也没有企业的代码与名称',
  ERR_IMPORT_NESTED: '压缩包里的压缩包不会打开',
  ERR_IMPORT_ENCRYPTED: '压缩包中的这个文件已加密，无法读取',
  ERR_IMPORT_DECISION: '「{decision}」不适用于这一行的问题：{findings}',
} as const satisfies WordsFor<typeof importErrors>;
