import Type, { type Static } from 'typebox';
import { fromBase64, toBase64 } from '../bytes/index.ts';
import { CodedError, isCodedError, type NativeError } from '../errors/coded-error.ts';
import { type ErrorCode, errorRegistry } from '../errors/registry.ts';
import type { WhoCanAct } from '../errors/row.ts';
import { firstViolation } from './check-schema.ts';
import type { EventPayload } from './contract-types.ts';
import { callNames, type EventName, eventNames } from './names.ts';
import { CallId, StreamId } from './schemas/handles.ts';
import {
  about,
  bytes,
  closed,
  flag,
  integer,
  list,
  literal,
  nullable,
  oneOf,
  optional,
  text,
} from './schemas/primitives.ts';
import { Code, ReasonParams } from './schemas/verdict.ts';

/*
 * JSON-RPC 2.0 over one WebSocket text frame per message. Order on a connection:
 *   1. the page sends the request `hello`; any other message before its answer is refused and the connection closed
 *   2. requests whose `method` is a call name; several may be under way, answers come in any order
 *   3. notifications: `event` from the agent; `cancel` from the page; `chunk` and `credit` both ways (streams)
 * No batches. A request's `id` is made by the page and is the `callId` of errors, progress and logs.
 */

const jsonrpc = about(literal('2.0'), 'JSON-RPC 版本', 'JSON-RPC version');
const version = (zh: string, en: string) => text({ max: 16, pattern: '^[0-9]+\\.[0-9]+$' }, zh, en);

export const HelloParams = closed({
  contractVersion: version('页面所用契约版本', 'Contract version that the page speaks'),
  client: text(
    { max: 64 },
    '客户端名称和版本，如 @onelock/sdk 0.1.0',
    'Name and version of the client, e.g. @onelock/sdk 0.1.0',
  ),
  locale: optional(
    oneOf(
      ['zh-CN', 'en'],
      '窗口语言；省略时按用户的浏览器',
      "Language of the agent's windows; by the person's browser when absent",
    ),
  ),
});

export const HelloRequest = closed({
  jsonrpc,
  id: CallId,
  method: about(literal('hello'), '握手', 'Handshake'),
  params: HelloParams,
});

/** The answer to `hello`: like getAgentInfo, plus whether this origin still has to be allowed by the person. */
export const HelloResult = closed({
  product: text({ max: 64 }, '产品名', 'Product name'),
  productVersion: text({ max: 32, pattern: '^[0-9A-Za-z.+-]+$' }, '产品版本', 'Product version'),
  contractVersion: version('代理所用契约版本', 'Contract version that the agent speaks'),
  backend: oneOf(['agent', 'remote'], '后端', 'Backend'),
  capabilities: closed({
    calls: list(
      oneOf(callNames, '接口名', 'Call name'),
      { max: 50, unique: true },
      '现已提供的接口',
      'Calls served now',
    ),
    events: list(
      oneOf(eventNames, '事件名', 'Event name'),
      { max: 8, unique: true },
      '现已提供的事件',
      'Events served now',
    ),
    streams: flag('是否支持按块传送', 'Whether streams are served'),
    maxFrameBytes: integer({ min: 1024, max: 67_108_864 }, '单帧上限（字节）', 'Largest frame in bytes'),
  }),
});

export const CancelNotification = closed({
  jsonrpc,
  method: about(literal('cancel'), '取消一个进行中的调用', 'Cancels a call that is under way'),
  params: closed({ callId: CallId }),
});

/** One piece of a stream, at most 256 KiB, numbered from 0. The sender waits for credit. */
export const ChunkNotification = closed({
  jsonrpc,
  method: about(literal('chunk'), '数据块', 'A chunk of a stream'),
  params: closed({
    stream: StreamId,
    sequence: integer({ min: 0, max: 4_294_967_295 }, '序号，从 0 起', 'Number, from 0'),
    data: bytes({ min: 0, max: 262_144 }, '数据', 'The bytes'),
    last: flag('是否最后一块', 'Whether it is the last'),
  }),
});

/** Allows the other side to send that many more chunks. Without credit nothing is sent: this is the back-pressure. */
export const CreditNotification = closed({
  jsonrpc,
  method: about(literal('credit'), '发送额度', 'Credit to send'),
  params: closed({ stream: StreamId, chunks: integer({ min: 1, max: 64 }, '块数', 'Number of chunks') }),
});

/** The envelope of a call; `params` is checked against the call's own schema afterwards. */
export const CallEnvelope = Type.Object(
  {
    jsonrpc,
    id: CallId,
    method: text({ max: 64, pattern: '^[a-z][A-Za-z]*$' }, '接口名', 'Call name'),
    params: Type.Unknown(),
  },
  { additionalProperties: false },
);

export const WireErrorData = closed({
  code: Code,
  params: ReasonParams,
  callId: nullable(CallId, '调用编号；请求无法读出时为 null', 'Call id; null when the request could not be read'),
  native: optional(
    closed(
      {
        api: text({ max: 32 }, '原生接口', 'Native interface'),
        name: text({ max: 64 }, '原生错误名', 'Its name for the error'),
        value: integer({ min: 0, max: 4_294_967_295 }, '原生错误值', 'Its value'),
      },
      ['驱动厂商库的原始错误', "What the vendor's library said"],
    ),
  ),
  retriable: flag('同一操作稍后是否可能成功', 'Whether the same act may succeed later'),
  whoCanAct: oneOf(['user', 'integrator', 'operator', 'vendor', 'us'], '谁能处理', 'Who can act'),
});

export type HelloParamsValue = Readonly<Static<typeof HelloParams>>;
export type HelloResultValue = Readonly<Static<typeof HelloResult>>;

export interface WireRequest {
  readonly jsonrpc: '2.0';
  readonly id: string;
  readonly method: string;
  readonly params: unknown;
}

export interface WireCancel {
  readonly jsonrpc: '2.0';
  readonly method: 'cancel';
  readonly params: { readonly callId: string };
}

export interface WireResponse {
  readonly jsonrpc: '2.0';
  readonly id: string;
  readonly result: unknown;
}

export interface WireError {
  readonly jsonrpc: '2.0';
  readonly id: string | null;
  readonly error: {
    /** JSON-RPC's number; programs look at `data.code`. */
    readonly code: number;
    /** The code again, for tools that show only this. Words are chosen where the reader is. */
    readonly message: ErrorCode;
    readonly data: {
      readonly code: ErrorCode;
      readonly params: Readonly<Record<string, string | number | boolean | null>>;
      readonly callId: string | null;
      readonly native?: NativeError;
      readonly retriable: boolean;
      readonly whoCanAct: WhoCanAct;
    };
  };
}

export interface WireEvent<E extends EventName = EventName> {
  readonly jsonrpc: '2.0';
  readonly method: 'event';
  readonly params: { readonly name: E; readonly payload: EventPayload<E> };
}

/** JSON-RPC 2.0 §5.1 where it has a number for it, -32000 (server error) otherwise. */
export function jsonRpcCode(code: ErrorCode): number {
  switch (code) {
    case 'ERR_AGENT_FRAME_INVALID':
      return -32600;
    case 'ERR_CALL_UNKNOWN':
      return -32601;
    case 'ERR_CALL_PARAMS_INVALID':
      return -32602;
    case 'ERR_AGENT_INTERNAL':
      return -32603;
    default:
      return -32000;
  }
}

/** A failure as it goes over the wire. Anything without a code becomes ERR_AGENT_INTERNAL, and nothing of it leaks. */
export function wireError(error: unknown, callId: string | null): WireError {
  const coded = isCodedError(error) ? error : new CodedError('ERR_AGENT_INTERNAL');
  const row = errorRegistry[coded.code];
  return {
    jsonrpc: '2.0',
    id: callId,
    error: {
      code: jsonRpcCode(coded.code),
      message: coded.code,
      data: {
        code: coded.code,
        params: coded.params,
        callId,
        ...(coded.native ? { native: coded.native } : {}),
        retriable: row.retriable,
        whoCanAct: row.whoCanAct,
      },
    },
  };
}

export function wireResponse(callId: string, result: unknown): WireResponse {
  return { jsonrpc: '2.0', id: callId, result };
}

export function wireEvent<E extends EventName>(name: E, payload: EventPayload<E>): WireEvent<E> {
  return { jsonrpc: '2.0', method: 'event', params: { name, payload } };
}

/** A message of a page, told apart. `hello` is checked whole; a call's `params` are checked by decodeParams. */
export type PageMessage =
  | { readonly kind: 'hello'; readonly id: string; readonly params: HelloParamsValue }
  | { readonly kind: 'call'; readonly id: string; readonly method: string; readonly params: unknown }
  | { readonly kind: 'cancel'; readonly callId: string }
  | { readonly kind: 'chunk'; readonly chunk: StreamChunk }
  | { readonly kind: 'credit'; readonly stream: string; readonly chunks: number };

/** One piece of a stream, decoded. */
export interface StreamChunk {
  readonly stream: string;
  readonly sequence: number;
  readonly data: Uint8Array;
  readonly last: boolean;
}

/** What every chunk notification that we and the SDK write begins with. */
export const chunkFramePrefix = '{"jsonrpc":"2.0","method":"chunk"';

/** A chunk as it goes over the wire. */
export function wireChunk({ stream, sequence, data, last }: StreamChunk): object {
  return { jsonrpc: '2.0', method: 'chunk', params: { stream, sequence, data: toBase64(data), last } };
}

export function wireCredit(stream: string, chunks: number): object {
  return { jsonrpc: '2.0', method: 'credit', params: { stream, chunks } };
}

/**
 * Reads one text frame of a page. Its size has been limited by the transport (maxFrameBytes).
 * @throws {CodedError} ERR_AGENT_FRAME_INVALID { detail }
 */
export function readPageMessage(frame: string): PageMessage {
  let message: unknown;
  try {
    message = JSON.parse(frame);
  } catch (cause) {
    throw new CodedError('ERR_AGENT_FRAME_INVALID', { detail: 'not JSON' }, { cause });
  }
  const method = typeof message === 'object' && message !== null && 'method' in message ? message.method : undefined;
  if (method === 'hello') {
    const { id, params } = expectShape<Static<typeof HelloRequest>>(HelloRequest, message);
    return { kind: 'hello', id, params };
  }
  if (method === 'cancel') {
    return {
      kind: 'cancel',
      callId: expectShape<Static<typeof CancelNotification>>(CancelNotification, message).params.callId,
    };
  }
  if (method === 'chunk') {
    const { params } = expectShape<{ params: Omit<StreamChunk, 'data'> & { data: string } }>(
      ChunkNotification,
      message,
    );
    return { kind: 'chunk', chunk: { ...params, data: fromBase64(params.data) } };
  }
  if (method === 'credit')
    return { kind: 'credit', ...expectShape<Static<typeof CreditNotification>>(CreditNotification, message).params };
  const request = expectShape<WireRequest>(CallEnvelope, message);
  return { kind: 'call', id: request.id, method: request.method, params: request.params };
}

function expectShape<T>(schema: Parameters<typeof firstViolation>[0], message: unknown): T {
  const violation = firstViolation(schema, message);
  if (violation)
    throw new CodedError('ERR_AGENT_FRAME_INVALID', { detail: `${violation.field} ${violation.rule}`.trim() });
  return message as T;
}
