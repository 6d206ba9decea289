import type {
  ApplicationDetail,
  ApplicationInput,
  DeliveryView,
  MadeApplication,
  OfferView,
  RenewableView,
} from './shapes.ts';

export interface Coded {
  readonly code: string;
  readonly params: Readonly<Record<string, string | number | boolean | null>>;
}

/** What the service refused with; `coded` is null when it could not be reached. */
export class Refusal extends Error {
  readonly coded: Coded | null;
  readonly requestId: string;

  constructor(coded: Coded | null, requestId: string) {
    super(coded?.code ?? 'unreachable');
    this.coded = coded;
    this.requestId = requestId;
  }
}

/** An application and the key that opens it. */
export interface Ticket {
  readonly id: string;
  readonly key: string;
}

async function ask<T>(path: string, body?: object, ticket?: Ticket): Promise<T> {
  let response: Response;
  try {
    response = await fetch(`/apply/api/${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        ...(body !== undefined && { 'content-type': 'application/json', 'x-onelock-page': 'apply' }),
        ...(ticket !== undefined && { 'onelock-application-key': ticket.key }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  } catch {
    throw new Refusal(null, '');
  }
  const answer = (await response.json()) as T & { readonly error?: Coded & { readonly requestId: string } };
  if (!response.ok) throw new Refusal(answer.error ?? null, answer.error?.requestId ?? '');
  return answer;
}

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
