import { serialize } from 'node:v8';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeSignatures,
  decodeToHost,
  encodeInputs,
  encodeJob,
  encodeSignatures,
  FrameReader,
  longestFrame,
  maxTrain,
  type SignJob,
} from './sign-frames.ts';

const job: SignJob = {
  lane: '',
  session: '00000000-0000-4000-8000-000000000000',
  identityId: 'a1',
  algorithm: { kind: 'sm2-sm3', userId: new Uint8Array([1, 2, 3]) },
  kind: 'message',
};
const body = (frame: Uint8Array): Buffer => Buffer.from(frame).subarray(4);
const trains = fc.record({
  first: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
  parts: fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { minLength: 1, maxLength: maxTrain }),
});

describe('the frames of the pipe of signatures', () => {
  it('come out as they went in, each part in memory of its own', () => {
    fc.assert(
      fc.property(trains, (train) => {
        const out = decodeSignatures(body(encodeSignatures(train)));
        expect(out).toEqual(train);
        for (const part of out?.parts ?? []) expect(part.buffer.byteLength).toBe(part.length);
        expect(decodeToHost(body(encodeInputs(train)))).toEqual({ inputs: train });
      }),
    );
    expect(decodeToHost(body(encodeJob(job)))).toEqual({ job });
    const longest: SignJob = {
      ...job,
      ...{ lane: 'é'.repeat(128), identityId: '密'.repeat(128) },
      algorithm: { kind: 'sm2-sm3', userId: new Uint8Array(8191).fill(7) },
    };
    expect(decodeToHost(body(encodeJob(longest)))).toEqual({ job: longest });
    const empty = { first: 1, parts: [new Uint8Array(0)] };
    expect(decodeToHost(body(encodeInputs(empty)))).toEqual({ inputs: empty });
  });

  it('are found whatever the pieces are in which the pipe brings them', () => {
    const piecesOf = fc.tuple(
      fc.array(trains, { minLength: 1, maxLength: 4 }),
      fc.array(fc.integer({ min: 1, max: 90 })),
    );
    fc.assert(
      fc.property(piecesOf, ([sent, cuts]) => {
        const bytes = Buffer.concat(sent.map(encodeSignatures));
        const reader = new FrameReader(longestFrame.fromHost);
        const frames: Buffer[] = [];
        for (let at = 0, cut = 0; at < bytes.length; cut += 1) {
          const end = Math.min(bytes.length, at + (cuts[cut] ?? bytes.length));
          frames.push(...(reader.read(bytes.subarray(at, end)) ?? []));
          at = end;
        }
        expect(frames.map((frame) => decodeSignatures(frame))).toEqual(sent);
      }),
    );
  });

  it('are refused where they lie about their parts', () => {
    const frame = (change: (bytes: Buffer) => void): Buffer => {
      const bytes = body(encodeSignatures({ first: 7, parts: [new Uint8Array(4), new Uint8Array(6)] }));
      change(bytes);
      return bytes;
    };
    expect(decodeSignatures(frame(() => undefined))).not.toBeNull();
    const lies: readonly ((bytes: Buffer) => void)[] = [
      (bytes) => bytes.writeUInt8(2),
      (bytes) => bytes.writeUInt8(9),
      (bytes) => bytes.writeDoubleBE(0, 1),
      (bytes) => bytes.writeDoubleBE(1.5, 1),
      (bytes) => bytes.writeDoubleBE(Number.NaN, 1),
      (bytes) => bytes.writeDoubleBE(Number.MAX_SAFE_INTEGER + 2, 1),
      (bytes) => bytes.writeUInt16BE(0, 9),
      (bytes) => bytes.writeUInt16BE(1, 9),
      (bytes) => bytes.writeUInt16BE(3, 9),
      (bytes) => bytes.writeUInt16BE(maxTrain + 1, 9),
      (bytes) => bytes.writeUInt16BE(65_535, 9),
      (bytes) => bytes.writeUInt32BE(0, 11),
      (bytes) => bytes.writeUInt32BE(5, 11),
      (bytes) => bytes.writeUInt32BE(3, 11),
      (bytes) => bytes.writeUInt32BE(0xffffffff, 11),
    ];
    for (const lie of lies) expect(decodeSignatures(frame(lie)), String(lie)).toBeNull();
    const long = { first: 1, parts: [new Uint8Array(5000)] };
    expect(decodeSignatures(body(encodeSignatures(long)))).toBeNull();
    const many = { first: 1, parts: Array.from({ length: maxTrain + 1 }, () => new Uint8Array(1)) };
    expect(decodeSignatures(body(encodeSignatures(many)))).toBeNull();
  });

  it('hold no job that nobody may have', () => {
    const told = (value: unknown) => decodeToHost(Buffer.concat([Buffer.from([1]), serialize(value)]));
    expect(told(job)).toEqual({ job });
    for (const wrong of [
      null,
      {},
      { ...job, more: 1 },
      { ...job, session: '../x' },
      { ...job, algorithm: { kind: 'none' } },
    ])
      expect(told(wrong), JSON.stringify(wrong)).toBeNull();
    expect(told({ ...job, lane: 'x'.repeat(100_000) })).toBeNull();
  });

  it('are judged without failing, whatever they are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), fc.integer({ min: 0, max: 4 }), (bytes, kind) => {
        const frame = Buffer.from([kind, ...bytes]);
        decodeToHost(frame);
        decodeSignatures(frame);
        new FrameReader(100).read(frame);
      }),
      { numRuns: 2000 },
    );
  });

  it('end the reading where one is empty or longer than any may be', () => {
    expect(new FrameReader(100).read(Buffer.from('00000000', 'hex'))).toBeNull();
    expect(new FrameReader(100).read(Buffer.from('00000065', 'hex'))).toBeNull();
    expect(new FrameReader(100).read(Buffer.from('00000064', 'hex'))).toEqual([]);
  });
});
