import { FileHandle, StreamId } from './handles.ts';
import { about, closed, integer, literal, oneOf, optional, text, union } from './primitives.ts';

/** What the site says the act is. The agent shows it as "stated by this site", apart from what it knows itself. */
export const Display = closed(
  {
    title: text({ max: 120 }, '标题，如“投标文件签名”', 'Title, e.g. "Sign the bid document"'),
    summary: optional(text({ max: 400 }, '补充说明', 'A few more words')),
  },
  [
    '网站对此操作的说明；代理窗口以“网站声明”字样显示',
    'What the site says this is; the agent shows it as "stated by this site"',
  ],
);

const fileSize = integer({ min: 0, max: 1_099_511_627_776 }, '总字节数', 'Total bytes');
const fileName = text(
  { max: 255, pattern: '^[^\\x00-\\x1f\\x7f/\\\\]+$' },
  '文件名，仅供显示，不含路径',
  'File name, for display only, without any path',
);

/** A page never names a path: bytes streamed by the page, a file picked before, or a picker opened by this call. */
export const FileSource = union(
  [
    closed({
      kind: about(literal('stream'), '网页按块传送', 'Streamed by the page'),
      stream: StreamId,
      size: fileSize,
      name: optional(fileName),
    }),
    closed({ kind: about(literal('file'), '先前选定的文件', 'A file picked before'), file: FileHandle }),
    closed({
      kind: about(literal('picker'), '由本次调用打开代理的文件选择窗口', "This call opens the agent's picker"),
      prompt: optional(text({ max: 120 }, '提示语', 'Prompt')),
    }),
  ],
  '文件来源：绝不是路径',
  'Where a file comes from: never a path',
);

export const FileTarget = union(
  [
    closed({ kind: about(literal('stream'), '按块传回网页', 'Streamed to the page'), stream: StreamId }),
    closed({
      kind: about(
        literal('picker'),
        '由用户在代理窗口中选择保存位置',
        "The person picks the place in the agent's window",
      ),
      suggestedName: optional(fileName),
    }),
  ],
  '文件去处：绝不是路径',
  'Where a file goes: never a path',
);

export const TimestampMode = oneOf(
  ['none', 'if-available', 'require'],
  '是否加盖时间戳，默认 none',
  'Whether a time-stamp is added, none by default',
);
