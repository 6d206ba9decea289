import type { fileErrors } from '../../errors/rows/file.ts';
import type { WordsFor } from '../words.ts';

export const fileWords = {
  ERR_FILE_UNREADABLE: '无法读取文件 {name}',
  ERR_FILE_UNWRITABLE: '无法写入文件 {name}，请检查磁盘空间和权限',
  ERR_FILE_CHANGED: '文件 {name} 在处理过程中被改动，请关闭正在编辑它的程序后重试',
  ERR_STREAM_BROKEN: '数据流 {stream} 中断：{detail}',
} as const satisfies WordsFor<typeof fileErrors>;
