import type { suiteErrors } from '../../errors/rows/suite.ts';
import type { WordsFor } from '../words.ts';

export const suiteWords = {
  ERR_SUITE_FORMAT: '套件文件 {file} 的 {field} 无法识别',
  ERR_CLI_USAGE: '命令用法有误：{detail}',
  ERR_CLI_FILE_UNREADABLE: '无法读取文件 {file}',
  ERR_CLI_INTERNAL: '程序内部错误，未得出结论：{detail}',
} as const satisfies WordsFor<typeof suiteErrors>;
