import { runWrite } from '../plugins/write.ts';
import { openChallenge } from '../services/open-challenge.ts';
import type { App, RouteContext } from './context.ts';
import { describeRoute } from './describe-route.ts';
import { base64, closed, IdempotencyHeader, Instant, Origin, recordId } from './schemas/common.ts';

const ChallengeSchema = closed({
  id: recordId('chl'),
  challenge: base64(64, '32 个随机字节 / 32 random bytes'),
  origin: Origin,
  expiresAt: Instant,
});

export function challengeRoutes(app: App, { ports }: RouteContext): void {
  app.post(
    '/v1/challenges',
    describeRoute(
      {
        operationId: 'openChallenge',
        tag: '登录 Logins',
        zh: '申请登录挑战',
        en: 'Opens a login challenge for one of the platform’s registered origins: random, single use, five minutes at most.',
        access: ['platform'],
        answer: [201, ChallengeSchema],
      },
      { headers: IdempotencyHeader, body: closed({ origin: Origin }) },
    ),
    async (request, reply) => {
      reply.code(201);
      return runWrite(ports, request, reply, (act) => openChallenge(ports, act, request.body));
    },
  );
}
