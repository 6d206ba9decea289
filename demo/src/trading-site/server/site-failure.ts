import type { FastifyReply, FastifyRequest } from 'fastify';
import { ServiceFailure } from '../../service-client.ts';
import type { Coded, SiteError } from '../site-api.ts';

/** A refusal of the site's own, with a code of the registry. */
export class SiteFailure extends Error {
  readonly status: number;
  readonly code: string;
  readonly params: Coded['params'];

  constructor(status: number, code: string, params: Coded['params'] = {}) {
    super(code);
    this.name = 'SiteFailure';
    this.status = status;
    this.code = code;
    this.params = params;
  }
}

/** Codes of the service that tell about the site's own standing; a visitor can do nothing with them. */
const ofTheSite = /^ERR_(AUTH|SERVICE_CONFIG)_/;

/** Every failure as JSON with a code; nothing of the inside leaves the house. */
export function answerFailure(error: unknown, request: FastifyRequest, reply: FastifyReply): SiteError {
  const { status, code, params, requestId } = describeFailure(error);
  if (status >= 500) request.log.error({ err: error }, code);
  reply.code(status);
  return { error: { code, params, requestId } };
}

function describeFailure(error: unknown): Coded & { readonly status: number; readonly requestId: string | null } {
  if (error instanceof SiteFailure) return { ...pick(error), status: error.status, requestId: null };
  if (error instanceof ServiceFailure) {
    if (ofTheSite.test(error.code))
      return { status: 503, code: 'ERR_SERVICE_UNAVAILABLE', params: {}, requestId: error.requestId };
    return { ...pick(error), status: error.status, requestId: error.requestId };
  }
  const status = typeof error === 'object' && error !== null && 'statusCode' in error ? Number(error.statusCode) : 500;
  if (status === 413) return { status, code: 'ERR_REQUEST_TOO_LARGE', params: { limit: null }, requestId: null };
  if (status === 415) return { status, code: 'ERR_REQUEST_MEDIA_TYPE', params: {}, requestId: null };
  if (status >= 400 && status < 500)
    return { status, code: 'ERR_REQUEST_INVALID', params: { field: fieldOf(error), rule: null }, requestId: null };
  return { status: 500, code: 'ERR_SERVICE_INTERNAL', params: {}, requestId: null };
}

function pick({ code, params }: Coded): Coded {
  return { code, params };
}

function fieldOf(error: unknown): string | null {
  const [first] = (error as { validation?: readonly { instancePath?: string }[] }).validation ?? [];
  return first?.instancePath ?? null;
}
