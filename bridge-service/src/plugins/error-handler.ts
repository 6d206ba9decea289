import type { Socket } from 'node:net';
import { CodedError, errorRegistry, isCodedError } from '@onelock/core/errors';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { maskPersonalNumbers } from '../services/mask-personal-numbers.ts';
import { errorAnswer } from './error-answer.ts';
import { lingerBeforeClosing } from './linger-before-closing.ts';
import { negotiateLocale } from './locale.ts';

export interface ErrorHandlerOptions {
  readonly bodyLimitBytes: number;
  /** Whether an error of the store means that it cannot be had now (busy, full, read-only), not that we misused it. */
  readonly isStoreUnavailable: (error: unknown) => boolean;
}

/** The one place where an error becomes an answer: coded, in the reader's language, without a stack. */
export function installErrorHandler(app: FastifyInstance, options: ErrorHandlerOptions): void {
  app.setErrorHandler((error, request, reply) => answerError(toCodedError(error, options), error, request, reply));

  const routes: { readonly method: string; readonly pattern: RegExp }[] = [];
  app.addHook('onRoute', ({ method, url }) => {
    const pattern = new RegExp(
      `^${url
        .replaceAll(/[.+]/g, '\\$&')
        .replaceAll(/:[^/]+/g, '[^/]+')
        .replaceAll('*', '.*')}$`,
    );
    for (const one of [method].flat()) routes.push({ method: one, pattern });
  });
  app.setNotFoundHandler((request, reply) => {
    const [path = ''] = request.url.split('?');
    const allowed = routes.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method);
    if (allowed.length === 0) return answerError(new CodedError('ERR_REQUEST_NOT_FOUND'), undefined, request, reply);
    reply.header('allow', [...new Set(allowed)].sort().join(', '));
    return answerError(new CodedError('ERR_REQUEST_METHOD'), undefined, request, reply);
  });
}

/** RFC 9421 §5.1. */
const wantedSignature = 'onelock=("@method" "@target-uri" "content-digest");created;nonce;keyid';

/** Sends a coded error as the answer. */
export function answerError(
  coded: CodedError,
  original: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const { httpStatus } = errorRegistry[coded.code];
  if (httpStatus >= 500)
    request.log.error({ err: original, code: coded.code, params: maskPersonalNumbers(coded.params) }, 'request failed');
  if (httpStatus === 401) reply.header('www-authenticate', 'Bearer realm="onelock"');
  if (coded.code === 'ERR_AUTH_SIGNATURE_REQUIRED') reply.header('accept-signature', wantedSignature);
  if (coded.code === 'ERR_SERVICE_RATE_LIMITED')
    reply.header('retry-after', Math.ceil(Number(coded.params.retryAfterMs ?? 1000) / 1000));
  lingerBeforeClosing(request.raw);
  const locale = negotiateLocale(request.headers['accept-language']);
  return reply
    .code(httpStatus)
    .header('content-language', locale)
    .header('vary', 'accept-language')
    .type('application/json; charset=utf-8')
    .serializer((answer: unknown) => JSON.stringify(answer))
    .send(errorAnswer(coded, locale, request.id));
}

/** A coded error stays itself; Fastify's own are told by their code, and what nobody foresaw is ours. */
export function toCodedError(error: unknown, options: ErrorHandlerOptions): CodedError {
  if (isCodedError(error)) return error;
  if (options.isStoreUnavailable(error)) return new CodedError('ERR_SERVICE_UNAVAILABLE', {}, { cause: error });
  const { code, statusCode } = readError(error);
  const invalid = (field: string, rule: string): CodedError =>
    new CodedError('ERR_REQUEST_INVALID', { field, rule }, { cause: error });
  switch (code) {
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
    case 'FST_ERR_CTP_INVALID_TYPE':
      return new CodedError('ERR_REQUEST_MEDIA_TYPE', {}, { cause: error });
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new CodedError('ERR_REQUEST_TOO_LARGE', { limit: options.bodyLimitBytes }, { cause: error });
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return invalid('content-length', 'length of the body');
    case 'FST_ERR_BAD_URL':
    case 'FST_ERR_INVALID_URL':
      return invalid('url', 'percent-encoding');
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return new CodedError('ERR_REQUEST_NOT_FOUND', {}, { cause: error });
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
      return invalid('body', 'json');
    default:
      if (statusCode === undefined || statusCode < 400 || statusCode >= 500)
        return new CodedError('ERR_SERVICE_INTERNAL', {}, { cause: error });
      // A poisoned prototype in JSON is a bare SyntaxError with a status.
      return error instanceof SyntaxError ? invalid('body', 'json') : invalid('request', 'HTTP');
  }
}

function readError(error: unknown): { readonly code?: unknown; readonly statusCode?: number } {
  if (typeof error !== 'object' || error === null) return {};
  const { code, statusCode } = error as { code?: unknown; statusCode?: unknown };
  return { code, ...(typeof statusCode === 'number' && { statusCode }) };
}

/** What is not even HTTP is answered on the bare socket, in the same shape. */
export function answerBrokenRequest(
  error: Error & { readonly code?: string },
  socket: Socket,
  requestTimeoutMs: number,
): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const coded =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? new CodedError('ERR_REQUEST_TOO_LARGE', { limit: 16_384 })
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? new CodedError('ERR_REQUEST_TIMEOUT', { timeoutMs: requestTimeoutMs })
        : new CodedError('ERR_REQUEST_INVALID', { field: 'request', rule: 'HTTP/1.1' });
  const body = JSON.stringify(errorAnswer(coded, 'zh-CN', ''));
  const { httpStatus } = errorRegistry[coded.code];
  socket.end(
    `HTTP/1.1 ${httpStatus} Refused\r\ncontent-type: application/json; charset=utf-8\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}
