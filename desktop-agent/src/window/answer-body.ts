import type { IncomingMessage } from 'node:http';
import { CodedError } from '@onelock/core/errors';
import Type, { type Static } from 'typebox';
import { Compile } from 'typebox/compile';

const closed = { additionalProperties: false } as const;

const AnswerBody = Type.Union([
  Type.Object({ kind: Type.Literal('cancel') }, closed),
  Type.Object(
    {
      kind: Type.Literal('answer'),
      turn: Type.Integer(),
      answer: Type.Object(
        { kind: Type.Union([Type.Literal('allow'), Type.Literal('deny'), Type.Literal('look')]) },
        closed,
      ),
    },
    closed,
  ),
  Type.Object(
    {
      kind: Type.Literal('answer'),
      turn: Type.Integer(),
      answer: Type.Object({ kind: Type.Literal('pick'), index: Type.Integer({ minimum: 0, maximum: 10_000 }) }, closed),
    },
    closed,
  ),
  Type.Object(
    {
      kind: Type.Literal('answer'),
      turn: Type.Integer(),
      answer: Type.Object(
        {
          kind: Type.Literal('pin'),
          pin: Type.String({ minLength: 1, maxLength: 64 }),
          lastTryAccepted: Type.Boolean(),
        },
        closed,
      ),
    },
    closed,
  ),
  Type.Object(
    {
      kind: Type.Literal('answer'),
      turn: Type.Integer(),
      answer: Type.Object({ kind: Type.Literal('device-pin'), lastTryAccepted: Type.Boolean() }, closed),
    },
    closed,
  ),
  Type.Object(
    {
      kind: Type.Literal('answer'),
      turn: Type.Integer(),
      answer: Type.Object(
        {
          kind: Type.Literal('new-pin'),
          pin: Type.String({ maxLength: 64 }),
          newPin: Type.String({ minLength: 1, maxLength: 64 }),
          lastTryAccepted: Type.Boolean(),
        },
        closed,
      ),
    },
    closed,
  ),
  Type.Object(
    {
      kind: Type.Literal('answer'),
      turn: Type.Integer(),
      answer: Type.Object(
        {
          kind: Type.Literal('go'),
          to: Type.Union([Type.Literal('place'), Type.Literal('crumb'), Type.Literal('row')]),
          index: Type.Integer({ minimum: 0, maximum: 10_000 }),
        },
        closed,
      ),
    },
    closed,
  ),
  Type.Object(
    {
      kind: Type.Literal('answer'),
      turn: Type.Integer(),
      answer: Type.Object({ kind: Type.Literal('file'), index: Type.Integer({ minimum: 0, maximum: 10_000 }) }, closed),
    },
    closed,
  ),
  Type.Object(
    {
      kind: Type.Literal('answer'),
      turn: Type.Integer(),
      answer: Type.Object(
        { kind: Type.Literal('save-as'), name: Type.String({ minLength: 1, maxLength: 255 }), replace: Type.Boolean() },
        closed,
      ),
    },
    closed,
  ),
  Type.Object(
    {
      kind: Type.Literal('answer'),
      turn: Type.Integer(),
      answer: Type.Object({ kind: Type.Literal('save'), note: Type.String({ maxLength: 200 }) }, closed),
    },
    closed,
  ),
]);
export type AnswerBody = Static<typeof AnswerBody>;

const validator = Compile(AnswerBody);
const maxBytes = 4096;

/**
 * Reads what the window's page sent. The error never quotes it: it may hold a PIN.
 *
 * @throws {CodedError} ERR_REQUEST_MEDIA_TYPE, ERR_REQUEST_TOO_LARGE { limit }, ERR_REQUEST_INVALID
 */
export async function readAnswerBody(request: IncomingMessage): Promise<AnswerBody> {
  if (!/^application\/json(?:;|$)/.test(request.headers['content-type'] ?? ''))
    throw new CodedError('ERR_REQUEST_MEDIA_TYPE');
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) throw new CodedError('ERR_REQUEST_TOO_LARGE', { limit: maxBytes });
    chunks.push(chunk);
  }
  const bytes = Buffer.concat(chunks);
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    if (validator.Check(value)) return value;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  } finally {
    for (const chunk of [...chunks, bytes]) chunk.fill(0);
  }
  throw new CodedError('ERR_REQUEST_INVALID', { field: '', rule: 'answer' });
}
