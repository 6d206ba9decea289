import { createNodeCrypto } from '@onelock/core/crypto/node';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeTicket, ticketAlgorithm } from './judge-ticket.ts';
import { readTicketStatement, ticketToBeSigned } from './ticket-statement.ts';

const ops = createNodeCrypto();
const origin = 'https://bid.example.cn';
const at = new Date('2026-06-01T00:00:10Z');
const fields = {
  ...{ version: 1, operation: 'signMessage', origin, digest: { algorithm: 'sm3', value: 'ab'.repeat(32) } },
  ...{ text: '投标文件\n第一标段', nonce: 'n'.repeat(32) },
  ...{ issuedAt: '2026-06-01T00:00:00Z', expiresAt: '2026-06-01T00:01:00Z' },
};
const json = (change: object = {}): string => JSON.stringify({ ...fields, ...change });

describe('a ticket’s statement', () => {
  it('is read as it was written', () => {
    expect(readTicketStatement(json())).toEqual(fields);
  });

  it.each([
    ['another version', { version: 2 }],
    ['a field more', { pin: '1' }],
    ['no digest', { digest: undefined }],
    ['a digest in capitals', { digest: { algorithm: 'sm3', value: 'AB'.repeat(32) } }],
    ['SHA-1', { digest: { algorithm: 'sha1', value: 'ab'.repeat(20) } }],
    ['a short nonce', { nonce: 'abc' }],
    ['no text', { text: '' }],
    ['text with control characters', { text: 'a\u0007' }],
    ['too much text', { text: 'x'.repeat(2001) }],
    ['a day that does not exist', { issuedAt: '2026-13-41T00:00:00Z' }],
    ['a time without a zone', { issuedAt: '2026-06-01T00:00:00' }],
  ])('with %s is none', (_what, change) => {
    expect(readTicketStatement(json(change))).toBeUndefined();
  });

  it('is never found in random text, and nothing is thrown', () => {
    fc.assert(fc.property(fc.string({ maxLength: 400 }), (text) => readTicketStatement(text) === undefined));
  });

  it('is none beyond 8,192 characters', () => {
    expect(readTicketStatement(`${json()}${' '.repeat(8192)}`)).toBeUndefined();
  });
});

describe.each([{ kind: 'sm2' }, { kind: 'rsa', bits: 2048 }, { kind: 'ec', curve: 'p256' }] as const)(
  'a ticket signed by a key of %o',
  (kind) => {
    const keys = ops.generateKeyPair(kind as Parameters<typeof ops.generateKeyPair>[0]);
    const judge = (change: object = {}, bytes?: Uint8Array, origins = [origin], now = at) => {
      const text = json(change);
      const statement = readTicketStatement(text);
      if (statement === undefined) throw new Error('no statement');
      const signature = ops.sign(keys.privateKey, ticketAlgorithm(keys.publicKey), bytes ?? ticketToBeSigned(text));
      const reason = judgeTicket({ text, statement, signature, publicKey: keys.publicKey, origins, at: now }, ops);
      return reason?.code ?? null;
    };

    it('holds', () => expect(judge()).toBeNull());

    it('does not hold over other bytes, for another origin or outside its time', () => {
      expect(judge({}, ticketToBeSigned(json({ text: 'other' })))).toBe('ERR_TICKET_SIGNATURE_INVALID');
      expect(judge({}, new TextEncoder().encode(json()))).toBe('ERR_TICKET_SIGNATURE_INVALID');
      expect(judge({}, undefined, ['https://other.example'])).toBe('ERR_TICKET_ORIGIN_MISMATCH');
      expect(judge({ expiresAt: '2026-06-01T00:01:01Z' })).toBe('ERR_TICKET_EXPIRED');
      expect(judge({ expiresAt: fields.issuedAt })).toBe('ERR_TICKET_EXPIRED');
      expect(judge({}, undefined, [origin], new Date('2026-06-01T00:01:05Z'))).toBe('ERR_TICKET_EXPIRED');
      expect(judge({}, undefined, [origin], new Date('2026-06-01T00:01:04Z'))).toBeNull();
      expect(judge({}, undefined, [origin], new Date('2026-05-31T23:59:54Z'))).toBe('ERR_TICKET_EXPIRED');
    });
  },
);
