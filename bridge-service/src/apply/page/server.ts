import { askAs } from '../../hosted-pages/page/ask.ts';
import { Refusal } from '../../hosted-pages/page/refusal.ts';
import type {
  ApplicationDetail,
  ApplicationInput,
  DeliveryView,
  MadeApplication,
  OfferView,
  RenewableView,
} from './shapes.ts';

/** An application and the key that opens it. */
export interface Ticket {
  readonly id: string;
  readonly key: string;
}

const ask = <T>(path: string, body?: object, ticket?: Ticket): Promise<T> =>
  askAs('apply', `/apply/api/${path}`, {
    body,
    ...(ticket !== undefined && { headers: { 'onelock-application-key': ticket.key } }),
  });

const of = ({ id }: Ticket, what = ''): string => `applications/${id}${what}`;

/** The service, as this page speaks to it. */
export const server = {
  offers: async () => (await ask<{ readonly offers: readonly OfferView[] }>('offers')).offers,
  renewable: (certificate: string) => ask<RenewableView>('renewable', { certificate }),
  make: (input: ApplicationInput) => ask<MadeApplication>('applications', input),
  find: (ticket: Ticket) => ask<ApplicationDetail>(of(ticket), undefined, ticket),
  submit: (ticket: Ticket, body: { readonly request: string; readonly proof?: string }) =>
    ask<object>(of(ticket, '/submission'), body, ticket),
  delivery: (ticket: Ticket) => ask<DeliveryView>(of(ticket, '/delivery'), undefined, ticket),
  installed: (ticket: Ticket) => ask<object>(of(ticket, '/installation'), {}, ticket),
  withdraw: (ticket: Ticket) => ask<object>(of(ticket, '/withdrawal'), {}, ticket),
  follow,
};

const againMs = 5_000;

/** Tells each state of an application, as it is now first, until it is stopped. The connection is made again when it is lost. */
function follow(ticket: Ticket, tell: (view: ApplicationDetail) => void, lost: (error: unknown) => void): () => void {
  const ending = new AbortController();
  const run = async (): Promise<void> => {
    while (!ending.signal.aborted) {
      try {
        const headers = { 'onelock-application-key': ticket.key };
        const response = await fetch(`/apply/api/${of(ticket, '/stream')}`, { headers, signal: ending.signal });
        if (response.status === 200 && response.body !== null) await readEvents(response.body, tell);
        else tell(await server.find(ticket));
      } catch (error) {
        if (ending.signal.aborted) return;
        if (error instanceof Refusal && error.coded !== null) {
          lost(error);
          return;
        }
      }
      await new Promise((resolve) => setTimeout(resolve, againMs));
    }
  };
  void run();
  return () => ending.abort();
}

async function readEvents(body: ReadableStream<Uint8Array>, tell: (view: ApplicationDetail) => void): Promise<void> {
  const decoder = new TextDecoder();
  let waiting = '';
  for await (const chunk of body as unknown as AsyncIterable<Uint8Array>) {
    waiting += decoder.decode(chunk, { stream: true });
    const blocks = waiting.split('\n\n');
    waiting = blocks.pop() ?? '';
    for (const block of blocks) {
      const data = block.split('\n').find((line) => line.startsWith('data: '));
      if (data !== undefined) tell(JSON.parse(data.slice(6)) as ApplicationDetail);
    }
  }
}
