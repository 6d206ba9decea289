import { CodedError } from '@onelock/core/errors';
import { callerOf } from '../plugins/authentication.ts';
import { runWrite } from '../plugins/write.ts';
import { findCaProfile, findPlatformProfile, setCaProfile, setPlatformProfile } from '../services/registry/profiles.ts';
import type { App, RouteContext } from './context.ts';
import { describeRoute } from './describe-route.ts';
import { byId, ChangeHeader } from './schemas/common.ts';
import { CaProfileInput, CaProfileSchema, PlatformProfileInput, PlatformProfileSchema } from './schemas/registries.ts';
import { answerVersioned } from './versioned.ts';

const tag = '登记 Registries';

/** What CAs and platforms say of themselves beside what they are. */
export function profileRoutes(app: App, { ports }: RouteContext): void {
  app.get(
    '/v1/cas/:id/profile',
    describeRoute(
      {
        operationId: 'getCaProfile',
        tag,
        zh: 'CA 的联系人、服务水平、身份映射与偏离',
        en: 'Contacts, service level, identity mapping and allowed deviations of a CA.',
        access: ['platform', 'operator', 'supervisor', 'vendor', 'administrator'],
        answer: [200, CaProfileSchema],
      },
      { params: byId('ca') },
    ),
    async ({ params: { id } }, reply) =>
      answerVersioned(ports, reply, { registry: 'cas', recordId: id, part: 'profile' }, () => findCaProfile(ports, id)),
  );

  app.put(
    '/v1/cas/:id/profile',
    describeRoute(
      {
        operationId: 'setCaProfile',
        tag,
        zh: '设置 CA 的联系人、服务水平、身份映射与偏离',
        en: 'Sets the whole profile of a CA.',
        access: ['operator', 'administrator'],
        answer: [200, CaProfileSchema],
      },
      { headers: ChangeHeader, params: byId('ca'), body: CaProfileInput },
    ),
    async (request, reply) =>
      runWrite(ports, request, reply, (act) => setCaProfile(ports, act, request.params.id, request.body)),
  );

  app.get(
    '/v1/platforms/:id/profile',
    describeRoute(
      {
        operationId: 'getPlatformProfile',
        tag,
        zh: '平台的密钥、配额、回调与联系人',
        en: 'Keys, quota, webhooks and contacts of a platform: its own, or anybody’s for operators.',
        access: ['platform', 'operator', 'supervisor', 'administrator'],
        answer: [200, PlatformProfileSchema],
      },
      { params: byId('clr') },
    ),
    async (request, reply) => {
      const caller = callerOf(request);
      const { id } = request.params;
      // Another platform's keys and addresses are none of a platform's business, nor is whether it exists.
      if (caller.role === 'platform' && caller.id !== id) throw new CodedError('ERR_REQUEST_NOT_FOUND');
      const of = { registry: 'platforms', recordId: id, part: 'profile' } as const;
      return answerVersioned(ports, reply, of, () => findPlatformProfile(ports, id));
    },
  );

  app.put(
    '/v1/platforms/:id/profile',
    describeRoute(
      {
        operationId: 'setPlatformProfile',
        tag,
        zh: '设置平台的密钥、配额、回调与联系人',
        en: 'Sets the whole profile of a platform.',
        access: ['operator', 'administrator'],
        answer: [200, PlatformProfileSchema],
      },
      { headers: ChangeHeader, params: byId('clr'), body: PlatformProfileInput },
    ),
    async (request, reply) =>
      runWrite(ports, request, reply, (act) => setPlatformProfile(ports, act, request.params.id, request.body)),
  );
}
