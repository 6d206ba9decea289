import { CodedError, isCodedError } from '@onelock/core/errors';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import Type from 'typebox';
import { demandOwnPage } from '../hosted-pages/demand-own-page.ts';
import type { InteractionPorts } from '../oidc/interaction.ts';
import { settlePhoneLogin } from '../oidc/phone-login.ts';
import { screenDigestOf } from '../oidc/screen-cookie.ts';
import { publicOriginOf } from '../public-origin.ts';
import type { App, RouteContext } from '../routes/context.ts';
import { ApplicationInputSchema } from '../routes/schemas/applications.ts';
import { base64, byId, closed, oneOf } from '../routes/schemas/common.ts';
import type { ApplicationAct, Reach } from '../services/applications/application-act.ts';
import { findApplication, findDelivery, installApplication } from '../services/applications/follow-application.ts';
import { listOffers } from '../services/applications/list-offers.ts';
import { makeApplication } from '../services/applications/make-application.ts';
import { submitApplication } from '../services/applications/submit-application.ts';
import { secretDigest } from '../services/identifiers.ts';
import { approveOrder } from '../services/phone/approve-order.ts';
import { claimOrder } from '../services/phone/claim-order.ts';
import { denialCauses, denyOrder } from '../services/phone/end-order.ts';
import { Guesses } from '../services/phone/guesses.ts';
import { demandPhoneOf, type OrderAct, phoneOrderView } from '../services/phone/order-life.ts';
import { demandOwnKey } from '../services/phone/own-key.ts';
import { identifyPhone, registerPhone } from '../services/phone/register-phone.ts';
import { unlockOrder } from '../services/phone/unlock-order.ts';
import type { Phone } from '../services/ports/phone-records.ts';
import { installPhonePages } from './pages.ts';

/** A person gets a phone certificate now and then. */
const registeredPerMinute = 10;
/** Codes are typed and scanned by hand; many people may stand behind one address. */
const claimsPerMinute = 120;
/** In ten minutes. */
const wrongCodesOfPhone = 10;
/** Likewise; people mistype one code in some hundreds. */
const wrongCodesOfAddress = 100;

/**
 * The page at `/phone` that makes a phone a medium, and what it asks. A phone is known by a key of its own, which it gets when it is registered
 * and which opens nothing but itself.
 */
export function installPhonePage(app: FastifyInstance, context: RouteContext, logins: InteractionPorts): void {
  installPhonePages(app, context);
  enrolmentActs(app, context);
  orderActs(app, context, logins);
}

type Headed = Pick<FastifyRequest, 'headers' | 'id'>;

const open = { access: 'open' } as const;
const hidden = <Parts extends object>(parts: Parts): Parts => ({ hide: true, ...parts });
const limited = ({ config }: RouteContext, max: number): typeof open =>
  ({ ...open, rateLimit: { max: Math.min(max, config.anonymousRequestsPerMinute) } }) as typeof open;

/** @throws {CodedError} ERR_PHONE_UNKNOWN */
function phoneOf({ ports }: RouteContext, { headers }: Headed): Promise<Phone> {
  const shown = headers['onelock-phone'];
  return identifyPhone(ports, typeof shown === 'string' ? shown : undefined);
}

const actBy = ({ ports }: RouteContext, actor: string, requestId: string): OrderAct => ({
  author: { actor, role: 'none', requestId },
  transaction: ports.store.transaction,
});

const CheckCode = Type.String({ pattern: '^[0-9]{3}$' });
const Proof = Type.String({ pattern: '^[0-9a-f]{64}$' });

/** A key, and the application for its certificate. */
function enrolmentActs(server: FastifyInstance, context: RouteContext): void {
  const app = server as unknown as App;
  const { ports, config } = context;
  const origin = (): string => publicOriginOf(server, config);
  const params = byId('app');
  const reachOf = ({ headers }: Headed): Reach => {
    const key = headers['onelock-application-key'];
    if (typeof key !== 'string') throw new CodedError('ERR_REQUEST_NOT_FOUND');
    return { kind: 'applicant', keyDigest: secretDigest(key.slice(0, 200), ports.ops) };
  };
  const applying = async (request: Headed, reach = reachOf(request)): Promise<ApplicationAct> => {
    demandOwnPage(request, 'phone', origin());
    const { id } = await phoneOf(context, request);
    return { ...actBy(context, id, request.id), reach };
  };

  app.post(
    '/phone/api/phones',
    {
      schema: hidden({ body: closed({ publicKey: base64(256, 'SPKI'), pinProof: Proof }) }),
      config: limited(context, registeredPerMinute),
    },
    async (request, reply) => {
      demandOwnPage(request, 'phone', origin());
      reply.code(201);
      return registerPhone(ports, actBy(context, 'phone', request.id), request.body);
    },
  );
  app.get('/phone/api/phone', { schema: hidden({}), config: open }, async (request) => {
    const { id, lockedAt } = await phoneOf(context, request);
    return { id, state: lockedAt === null ? 'ready' : 'locked' };
  });
  app.get('/phone/api/offers', { schema: hidden({}), config: open }, async () => ({
    offers: await listOffers(ports, 'phones'),
  }));
  app.post(
    '/phone/api/applications',
    { schema: hidden({ body: ApplicationInputSchema }), config: limited(context, registeredPerMinute) },
    async (request, reply) => {
      reply.code(201);
      const nobody: Reach = { kind: 'applicant', keyDigest: '' };
      return makeApplication(ports, await applying(request, nobody), request.body, 'phones');
    },
  );
  app.get('/phone/api/applications/:id', { schema: hidden({ params }), config: open }, async (request) =>
    findApplication(ports, reachOf(request), request.params.id),
  );
  app.get('/phone/api/applications/:id/delivery', { schema: hidden({ params }), config: open }, async (request) =>
    findDelivery(ports, reachOf(request), request.params.id),
  );
  app.post(
    '/phone/api/applications/:id/submission',
    { schema: hidden({ params, body: closed({ request: base64(32_768, 'PKCS#10') }) }), config: open },
    async (request) => {
      demandOwnKey(ports, await phoneOf(context, request), request.body.request);
      return submitApplication(ports, await applying(request), request.params.id, request.body, 'phones');
    },
  );
  app.post('/phone/api/applications/:id/installation', { schema: hidden({ params }), config: open }, async (request) =>
    installApplication(ports, await applying(request), request.params.id),
  );
}

/** What a screen asks of the phone. */
function orderActs(server: FastifyInstance, context: RouteContext, logins: InteractionPorts): void {
  const app = server as unknown as App;
  const { ports, config } = context;
  const params = byId('ord');
  const guesses = [new Guesses(wrongCodesOfPhone, ports.clock), new Guesses(wrongCodesOfAddress, ports.clock)] as const;
  const acting = async (request: Headed): Promise<{ readonly phone: Phone; readonly act: OrderAct }> => {
    demandOwnPage(request, 'phone', publicOriginOf(server, config));
    const phone = await phoneOf(context, request);
    return { phone, act: actBy(context, phone.id, request.id) };
  };

  app.post(
    '/phone/api/claims',
    {
      schema: hidden({
        body: Type.Union([
          closed({
            frame: Type.String({ minLength: 1, maxLength: 200 }),
            by: Type.Optional(Type.Literal('camera')),
          }),
          closed({ code: Type.String({ minLength: 1, maxLength: 40 }) }),
        ]),
      }),
      config: limited(context, claimsPerMinute),
    },
    async (request) => {
      const { phone, act } = await acting(request);
      if (phone.lockedAt !== null) throw new CodedError('ERR_PHONE_LOCKED');
      const guessers = [`phone ${phone.id}`, `address ${request.ip}`] as const;
      const typed = 'code' in request.body;
      if (typed) for (const [index, who] of guessers.entries()) guesses[index]?.demandFew(who);
      try {
        return await claimOrder(
          ports,
          act,
          phone,
          request.body,
          screenDigestOf(ports, request, publicOriginOf(server, config)),
        );
      } catch (error) {
        if (typed && isCodedError(error) && error.code === 'ERR_PHONE_ORDER_UNKNOWN')
          for (const [index, who] of guessers.entries()) guesses[index]?.count(who);
        throw error;
      }
    },
  );
  app.get('/phone/api/orders/:id', { schema: hidden({ params }), config: open }, async (request) => {
    const phone = await phoneOf(context, request);
    return phoneOrderView(ports, demandPhoneOf(await ports.store.phoneOrders.byId(request.params.id), phone));
  });
  app.post(
    '/phone/api/orders/:id/unlock',
    {
      schema: hidden({ params, body: closed({ pinProof: Proof, checkCode: Type.Optional(CheckCode) }) }),
      config: open,
    },
    async (request) => {
      const { phone, act } = await acting(request);
      return unlockOrder(ports, act, phone, request.params.id, request.body);
    },
  );
  app.post(
    '/phone/api/orders/:id/approval',
    { schema: hidden({ params, body: closed({ token: Type.Unknown() }) }), config: open },
    async (request) => {
      const { phone, act } = await acting(request);
      const { token } = request.body;
      return approveOrder(ports, act, phone, request.params.id, token, (order) =>
        settlePhoneLogin(logins, order, request.id, token),
      );
    },
  );
  app.post(
    '/phone/api/orders/:id/denial',
    { schema: hidden({ params, body: closed({ cause: oneOf(denialCauses, 'why') }) }), config: open },
    async (request) => {
      const { phone, act } = await acting(request);
      await denyOrder(ports, act, phone, request.params.id, request.body.cause);
      return {};
    },
  );
}
