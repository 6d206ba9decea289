import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { RouteContext } from '../routes/context.ts';
import { createEventStreams, type EventStream } from '../routes/event-streams.ts';
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
  const streams = createEventStreams(app, { longestMs });
  const orders = new Map<EventStream, string>();
  const openOf = (id: string): number => [...orders.values()].filter((one) => one === id).length;
  return {
    get open() {
      return streams.size;
    },
    async serve(request, reply, { ownerDigest, id }) {
      const read = async () => demandOwnerOf(await ports.store.phoneOrders.byId(id), ownerDigest);
      // Refused with an answer of its own, before the stream begins.
      let order = await read();
      if (streams.size >= mostOpen || openOf(id) >= mostOfOrder) return reply.code(204).send();
      const secrets = secretsOf(ports, order);
      const stream = streams.open(request, reply);
      if (stream === null) return;
      orders.set(stream, id);
      let told = '';
      const tellOrder = (): void => {
        const { now, ...view } = screenView(ports, order);
        const text = JSON.stringify(view);
        if (text === told || !stream.isOpen) return;
        told = text;
        stream.write(`event: order\ndata: ${JSON.stringify({ ...view, now })}\n\n`);
      };
      const tick = (): void => {
        tellOrder();
        const now = ports.clock();
        if (stateAt(order, now) === 'shown')
          stream.write(`event: frame\ndata: ${order.origin}/phone#${frameAt(ports.ops, order, secrets, now)}\n\n`);
        else stream.write(': here\n\n');
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
            stream.end();
          });
      };
      const ends = [
        ports.store.subscribe('phone-order.changed', (event) => {
          if (event.id === id) readAgain();
        }),
        ports.store.onResync(readAgain),
      ];
      const ticking = setInterval(tick, frameMs);
      stream.whenOver(() => {
        orders.delete(stream);
        clearInterval(ticking);
        for (const end of ends) end();
      });
      // At once: a page waits for nothing. And what changed before it was listened to is read again.
      tick();
      readAgain();
    },
  };
}
