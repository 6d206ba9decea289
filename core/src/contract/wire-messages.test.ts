import { CodedError } from '@onelock/core/errors';
import { describe, expect, it } from 'vitest';
import { firstViolation } from './check-schema.ts';
import {
  chunkFramePrefix,
  jsonRpcCode,
  readPageMessage,
  WireErrorData,
  wireChunk,
  wireCredit,
  wireError,
  wireEvent,
  wireResponse,
} from './wire-messages.ts';

const someChunk = { stream: 's-01', sequence: 0, data: new Uint8Array(1), last: false };
const someParams = { stream: 's-01', sequence: 0, data: 'AA==', last: false };

const hello = {
  jsonrpc: '2.0',
  id: 'c-1',
  method: 'hello',
  params: { contractVersion: '1.0', client: '@onelock/sdk 0.1.0' },
};

describe('a frame of a page', () => {
  it('is told apart: handshake, call, cancel', () => {
    expect(readPageMessage(JSON.stringify(hello))).toEqual({ kind: 'hello', id: 'c-1', params: hello.params });
    expect(readPageMessage('{"jsonrpc":"2.0","id":"c-2","method":"listDevices","params":{}}')).toEqual({
      kind: 'call',
      id: 'c-2',
      method: 'listDevices',
      params: {},
    });
    expect(readPageMessage('{"jsonrpc":"2.0","method":"cancel","params":{"callId":"c-2"}}')).toEqual({
      kind: 'cancel',
      callId: 'c-2',
    });
    const chunk = { stream: 's-01', sequence: 0, data: new Uint8Array([1, 2, 3]), last: true };
    expect(readPageMessage(JSON.stringify(wireChunk(chunk)))).toEqual({ kind: 'chunk', chunk });
    expect(JSON.stringify(wireChunk(chunk)).startsWith(chunkFramePrefix)).toBe(true);
    expect(readPageMessage(JSON.stringify(wireCredit('s-01', 4)))).toEqual({
      kind: 'credit',
      stream: 's-01',
      chunks: 4,
    });
  });

  it.each([
    ['not JSON', 'hello'],
    ['a batch', '[{"jsonrpc":"2.0","id":"c-1","method":"listDevices","params":{}}]'],
    ['a notification of a call', '{"jsonrpc":"2.0","method":"listDevices","params":{}}'],
    ['another protocol', '{"jsonrpc":"1.0","id":"c-1","method":"listDevices","params":{}}'],
    ['a number for an id', '{"jsonrpc":"2.0","id":1,"method":"listDevices","params":{}}'],
    ['a method that is no name', '{"jsonrpc":"2.0","id":"c-1","method":"__proto__","params":{}}'],
    ['an extra field', '{"jsonrpc":"2.0","id":"c-1","method":"listDevices","params":{},"pin":"123456"}'],
    [
      'a handshake with a PIN',
      '{"jsonrpc":"2.0","id":"c-1","method":"hello","params":{"contractVersion":"1.0","client":"x","pin":"1"}}',
    ],
    ['null', 'null'],
    ['a chunk that is no base64', JSON.stringify({ ...wireChunk(someChunk), params: { ...someParams, data: '*' } })],
    ['a chunk without end', JSON.stringify({ ...wireChunk(someChunk), params: { ...someParams, last: undefined } })],
    ['a chunk of too many bytes', JSON.stringify(wireChunk({ ...someChunk, data: new Uint8Array(262_145) }))],
    ['a stream named as a path', JSON.stringify(wireChunk({ ...someChunk, stream: '../x' }))],
    ['credit without end', JSON.stringify(wireCredit('s-01', 65))],
  ])('is refused when it is %s', (_what, frame) => {
    expect(() => readPageMessage(frame)).toFailWith('ERR_AGENT_FRAME_INVALID');
  });
});

describe('a failure at the wire', () => {
  it('carries code, data, call id and who can act', () => {
    const error = wireError(
      new CodedError(
        'ERR_TOKEN_PIN_INCORRECT',
        { retriesLeft: 2 },
        { native: { api: 'PKCS11', name: 'CKR_PIN_INCORRECT', value: 0xa0 } },
      ),
      'c-9',
    );
    expect(error).toEqual({
      jsonrpc: '2.0',
      id: 'c-9',
      error: {
        code: -32000,
        message: 'ERR_TOKEN_PIN_INCORRECT',
        data: {
          code: 'ERR_TOKEN_PIN_INCORRECT',
          params: { retriesLeft: 2 },
          callId: 'c-9',
          native: { api: 'PKCS11', name: 'CKR_PIN_INCORRECT', value: 160 },
          retriable: false,
          whoCanAct: 'user',
        },
      },
    });
    expect(firstViolation(WireErrorData, error.error.data)).toBeNull();
  });

  it('says nothing of an accident without a code', () => {
    const error = wireError(new Error('secret path /home/me'), null);
    expect(error.error.data.code).toBe('ERR_AGENT_INTERNAL');
    expect(JSON.stringify(error)).not.toContain('secret');
  });

  it("uses JSON-RPC's own numbers where it has them", () => {
    expect(jsonRpcCode('ERR_CALL_PARAMS_INVALID')).toBe(-32602);
    expect(jsonRpcCode('ERR_CALL_UNKNOWN')).toBe(-32601);
    expect(jsonRpcCode('ERR_AGENT_FRAME_INVALID')).toBe(-32600);
    expect(jsonRpcCode('ERR_AGENT_INTERNAL')).toBe(-32603);
  });
});

describe('answers and events at the wire', () => {
  it('are plain JSON-RPC', () => {
    expect(wireResponse('c-1', { outcome: 'closed' })).toEqual({
      jsonrpc: '2.0',
      id: 'c-1',
      result: { outcome: 'closed' },
    });
    expect(wireEvent('deviceRemoved', { device: 'd1_aaaaaaaaaa', generation: 1, label: 'x' })).toEqual({
      jsonrpc: '2.0',
      method: 'event',
      params: { name: 'deviceRemoved', payload: { device: 'd1_aaaaaaaaaa', generation: 1, label: 'x' } },
    });
  });
});
