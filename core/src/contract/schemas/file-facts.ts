import { DigestAlgorithm } from './algorithms.ts';
import { FileHandle } from './handles.ts';
import { about, bytes, closed, integer, nullable, text } from './primitives.ts';

/** What the agent saw of a file while it streamed past. */
export const FileFacts = closed(
  {
    name: nullable(
      text({ max: 255, min: 0 }, '文件名', 'File name'),
      '文件名；未知为 null',
      'File name; null when unknown',
    ),
    size: integer({ min: 0, max: 1_099_511_627_776 }, '字节数', 'Bytes'),
    digest: bytes({ min: 32, max: 64 }, '文件摘要', 'Digest of the file'),
    digestAlgorithm: about(DigestAlgorithm, '摘要算法', 'Digest algorithm'),
    file: nullable(FileHandle, '文件句柄；由网页传送的为 null', 'Handle of the file; null when the page streamed it'),
  },
  ['文件概要', 'The file in short'],
);

export const OperationId = text(
  { min: 8, max: 64, pattern: '^o1_[A-Za-z0-9_-]+$' },
  '操作编号：中断后凭此续作',
  'Id of an operation that was interrupted and may go on',
);
