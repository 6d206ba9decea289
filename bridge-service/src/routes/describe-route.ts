import type { FastifyContextConfig, FastifySchema } from 'fastify';
import type { TSchema } from 'typebox';
import type { Role } from '../services/ports/records.ts';
import { errorAnswers } from './schemas/common.ts';

export interface RouteDescription {
  readonly operationId: string;
  readonly tag:
    | '判定 Judgements'
    | '登录 Logins'
    | '登记 Registries'
    | '申领 Applications'
    | '监管 Supervision'
    | '运行 Operation';
  readonly zh: string;
  readonly en: string;
  readonly access: 'open' | readonly Role[];
  /** Status and schema of the answer that is not an error. */
  readonly answer: readonly [status: 200 | 201, schema: TSchema];
}

/** Turns a description into what Fastify and the OpenAPI document want. */
export function describeRoute<const Parts extends FastifySchema>(description: RouteDescription, parts: Parts) {
  const { operationId, tag, zh, en, access, answer } = description;
  const [status, schema] = answer;
  const callers = access === 'open' ? '无需凭证 / no credential' : `角色 / roles: ${access.join(', ')}`;
  return {
    schema: {
      operationId,
      tags: [tag],
      summary: zh,
      description: `${en}\n\n${callers}`,
      ...(access !== 'open' && { security: [{ caller: [] }] }),
      ...parts,
      response: { [status]: schema, ...errorAnswers } as Readonly<Record<string, TSchema>>,
    },
    config: { access } satisfies FastifyContextConfig,
  };
}
