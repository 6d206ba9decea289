import type { ServerResponse } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { RouteContext } from '../routes/context.ts';
import { frameAt } from '../services/phone/frame.ts';
import { demandOwnerOf, screenView, secretsOf, stateAt } from '../services/phone/order-life.ts';

const frameMs = 1_000;
/** Nothing lasts longer, whatever happens to the order. */
const longestMs = 10 * 60_000;
/** Open at once on this node; whoever comes later gets no moving code here and may type the other. */
const mostOpen = 2_000;
/** Of one order: a page that was reloaded has its last one open for a moment. */
const mostOfOrder = 4;

export interface OrderStream {
  /** How many are listened to on this node. */
  readonly open: number;
  /** Server-sent events (WHATWG HTML §9.2): `order` as it is now and at each change on any node, `frame` once a second while it is shown. */
  serve(
    request: FastifyRequest,
    reply: FastifyReply,
    from: { readonly ownerDigest: string; readonly id: string },
  ): Promise<unknown>;
}

export function createOrderStream(app: FastifyInstance, { ports }: Pick<RouteContext, 'ports'>): OrderStream {
  const open = new Map<ServerResponse, string>();
  const openOf = (id: string): number => [...open.values()].filter((one) => one === id).length;
  app.addHook('preClose', async () => {
    for (const response of open.keys()) response.end();
  });
  return {
    get open() {
      return open.size;
    },
    async serve(request, reply, { ownerDigest, id }) {
      const read = async () => demandOwnerOf(await ports.store.phoneOrders.byId(id), ownerDigest);
      // Refused with an answer of its own, before the stream begins.
      let order = await read();
      if (open.size >= mostOpen || openOf(id) >= mostOfOrder) return reply.code(204).send();
      const secrets = secretsOf(ports, order);
      reply.hijack();
      const response = reply.raw;
      // Gone while the order was read: its `close` was told before anybody listened, and would never end what begins here.
      if (response.destroyed) return;
      response.writeHead(200, {
        ...{ 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store' },
        ...{ 'x-content-type-options': 'nosniff', 'x-accel-buffering': 'no', 'x-request-id': request.id },
      });
      open.set(response, id);
      let told = '';
      const tellOrder = (): void => {
        const { now, ...view } = screenView(ports, order);
        const text = JSON.stringify(view);
        if (text === told || response.destroyed) return;
        told = text;
        response.write(`event: order\ndata: ${JSON.stringify({ ...view, now })}\n\n`);
      };
      const tick = (): void => {
        tellOrder();
        const now = ports.clock();
        if (stateAt(order, now) === 'shown')
          response.write(`event: frame\ndata: ${order.origin}/phone#${frameAt(ports.ops, order, secrets, now)}\n\n`);
        else response.write(': here\n\n');
      };
      let reading: Promise<void> = Promise.resolve();
      const readAgain = (): void => {
        reading = reading
          .then(async () => {
            order = await read();
            tellOrder();
          })
          .catch((error: unknown) => {
            request.log.error({ err: error }, 'an order of a phone could not be read');
            response.end();
          });
      };
      const ends = [
        ports.store.subscribe('phone-order.changed', (event) => {
          if (event.id === id) readAgain();
        }),
        ports.store.onResync(readAgain),
      ];
      const ticking = setInterval(tick, frameMs);
      const limit = setTimeout(() => response.end(), longestMs);
      response.on('close', () => {
        open.delete(response);
        clearInterval(ticking);
        clearTimeout(limit);
        for (const end of ends) end();
      });
      // At once: a page waits for nothing. And what changed before it was listened to is read again.
      tick();
      readAgain();
    },
  };
}
