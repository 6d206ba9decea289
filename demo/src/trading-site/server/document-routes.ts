import { randomUUID } from 'node:crypto';
import { fromBase64, toHex } from '@onelock/core/bytes';
import type { CryptoOps } from '@onelock/core/crypto';
import { isCodedError } from '@onelock/core/errors';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ServiceClient } from '../../service-client.ts';
import {
  type BroughtDocument,
  type DocumentFacts,
  documentLimitBytes,
  type MessageFacts,
  type SignatureFacts,
} from '../site-api.ts';
import { judgeSignature } from './judge-signature.ts';
import type { StoredDocument } from './sessions.ts';
import { SiteFailure } from './site-failure.ts';
import { tamperWith } from './tamper.ts';
import type { VouchFor } from './tickets.ts';
import type { Visits } from './visits.ts';

export interface DocumentRoutesOptions {
  readonly service: ServiceClient;
  readonly visits: Visits;
  readonly ops: CryptoOps;
  readonly vouchFor: VouchFor;
}

const mostDocuments = 20;
const base64Text = { type: 'string', minLength: 4, maxLength: documentLimitBytes * 2 } as const;
const documentSchema = {
  type: 'object',
  required: ['name', 'content'],
  additionalProperties: false,
  properties: { name: { type: 'string', minLength: 1, maxLength: 120 }, content: base64Text },
} as const;
const signatureSchema = {
  type: 'object',
  required: ['message'],
  additionalProperties: false,
  properties: { message: base64Text },
} as const;

/** Bringing a document, having its signature judged by the service, and taking both home. */
export function documentRoutes(app: FastifyInstance, { service, visits, ops, vouchFor }: DocumentRoutesOptions): void {
  app.post<{ Body: { readonly name: string; readonly content: string } }>(
    '/api/documents',
    { schema: { body: documentSchema } },
    async (request, reply): Promise<BroughtDocument> => {
      const { documents } = visits.ofSomeoneLoggedIn(request);
      const bytes = decode('/content', request.body.content);
      if (bytes.length > documentLimitBytes)
        throw new SiteFailure(413, 'ERR_REQUEST_TOO_LARGE', { limit: documentLimitBytes });
      if (documents.size >= mostDocuments) documents.delete(documents.keys().next().value ?? '');
      const document: StoredDocument = { id: randomUUID(), name: request.body.name, bytes, signature: null };
      documents.set(document.id, document);
      const facts = factsOf(document, ops);
      // What the person is shown in the agent's window: of this server, and not of a script in the page.
      const text = `签署投标文件：${facts.name}\n${facts.size} 字节\nSM3 ${facts.sm3}`;
      reply.code(201);
      return { ...facts, ticket: await vouchFor('signMessage', bytes, text) };
    },
  );

  app.post<{ Body: { readonly message: string }; Params: { readonly id: string } }>(
    '/api/documents/:id/signature',
    { schema: { body: signatureSchema } },
    async (request): Promise<SignatureFacts> => {
      const { login } = visits.ofSomeoneLoggedIn(request);
      const document = documentOf(request);
      const message = decode('/message', request.body.message);
      const { report, signedBy } = await judgeSignature({ message, content: document.bytes, login }, service);
      const facts = { document: factsOf(document, ops), report, signedBy };
      document.signature = { message, facts };
      return facts;
    },
  );

  // For the eye: the same signature over a document of which one byte was changed.
  app.post<{ Params: { readonly id: string } }>(
    '/api/documents/:id/tampering',
    async (request): Promise<MessageFacts> => {
      const { login } = visits.ofSomeoneLoggedIn(request);
      const { bytes, signature } = documentOf(request);
      if (signature === null) throw new SiteFailure(404, 'ERR_REQUEST_NOT_FOUND');
      const changed = tamperWith(bytes, signature.message);
      return (await judgeSignature({ ...changed, login }, service)).report;
    },
  );

  app.get<{ Params: { readonly id: string } }>('/api/documents/:id/content', async (request, reply) => {
    const { name, bytes } = documentOf(request);
    return attach(reply, name, bytes);
  });

  app.get<{ Params: { readonly id: string } }>('/api/documents/:id/signature', async (request, reply) => {
    const { name, signature } = documentOf(request);
    if (signature === null) throw new SiteFailure(404, 'ERR_REQUEST_NOT_FOUND');
    return attach(reply, `${name}.p7s`, signature.message);
  });

  function documentOf(request: FastifyRequest): StoredDocument {
    const { id } = request.params as { readonly id: string };
    const document = visits.ofSomeoneLoggedIn(request).documents.get(id);
    if (document === undefined) throw new SiteFailure(404, 'ERR_REQUEST_NOT_FOUND');
    return document;
  }
}

function factsOf({ id, name, bytes }: StoredDocument, ops: CryptoOps): DocumentFacts {
  const digest = (algorithm: 'sm3' | 'sha256'): string => toHex(ops.digest(algorithm, bytes));
  return { id, name, size: bytes.length, sm3: digest('sm3'), sha256: digest('sha256') };
}

function decode(field: string, text: string): Uint8Array {
  try {
    return fromBase64(text);
  } catch (error) {
    if (isCodedError(error)) throw new SiteFailure(400, 'ERR_REQUEST_INVALID', { field, rule: 'base64' });
    throw error;
  }
}

/** Never shown by the browser, always saved: what visitors bring is not our page. */
function attach(reply: FastifyReply, name: string, bytes: Uint8Array): Buffer {
  reply.headers({
    'content-type': 'application/octet-stream',
    'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(name)}`,
    'cache-control': 'no-store',
  });
  return Buffer.from(bytes);
}
