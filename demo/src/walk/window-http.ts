import { request } from 'node:http';

/** What the agent's window shows, as far as a person acts on it. */
export interface WindowView {
  readonly phase: 'asking' | 'working' | 'done' | 'failed';
  readonly turn: number;
  readonly question: {
    readonly kind: 'site' | 'pick' | 'act';
    readonly origin: string;
    readonly act?: string;
    readonly key?: { readonly organization: string | null; readonly device: string };
    readonly keys?: readonly { readonly organization: string | null }[];
    readonly content?: {
      readonly bytes: number;
      readonly digest: { readonly algorithm: string; readonly hex: string };
    } | null;
  };
  readonly problem: { readonly code: string; readonly params: Readonly<Record<string, unknown>> } | null;
  readonly pin: { readonly retriesLeft: number | null } | null;
}

/** The agent's window in a browser that has no screen: the page, its cookie, the view that it streams, its answers. */
export interface OpenWindow {
  /** Waits for a view that the test accepts, looking at the present one first. */
  see(accepts: (view: WindowView) => boolean): Promise<WindowView>;
  answer(turn: number, answer: object): Promise<void>;
  cancel(): Promise<void>;
  close(): void;
}

const patienceMs = 60_000;

interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: string;
}

/** Opens a one-time address the way a browser does: follow it, keep the cookie, load the page, listen to its state. */
export async function openWindow(address: string): Promise<OpenWindow> {
  const first = await ask(address, { headers: { 'sec-fetch-site': 'none', 'sec-fetch-dest': 'document' } });
  const location = first.headers.location;
  const cookie = [first.headers['set-cookie'] ?? []].flat()[0]?.split(';')[0];
  if (first.status !== 303 || typeof location !== 'string' || cookie === undefined)
    throw new Error(`the window's address answered ${first.status} ${first.body}`);
  const page = new URL(location, address);
  const own = { cookie, 'sec-fetch-site': 'same-origin', 'x-onelock-window': '1' };
  const html = await ask(page.href, { headers: { cookie, 'sec-fetch-site': 'none', 'sec-fetch-dest': 'document' } });
  if (html.status !== 200 || !html.body.includes('<!doctype html>'))
    throw new Error(`the window's page answered ${html.status}`);

  const state = followState(new URL('state', page), own);
  const post = async (body: object): Promise<void> => {
    const headers = { ...own, origin: page.origin, 'content-type': 'application/json' };
    const answered = await ask(new URL('answer', page).href, { method: 'POST', headers, body: JSON.stringify(body) });
    if (answered.status !== 204)
      throw new Error(`the window's answer was answered ${answered.status} ${answered.body}`);
  };
  return {
    see: state.see,
    answer: (turn, answer) => post({ kind: 'answer', turn, answer }),
    cancel: () => post({ kind: 'cancel' }),
    close: state.close,
  };
}

function ask(
  address: string,
  options: { readonly method?: string; readonly headers: Record<string, string>; readonly body?: string },
): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const sent = request(address, { method: options.method ?? 'GET', headers: options.headers }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => {
        body += text;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
    });
    sent.on('error', reject);
    sent.end(options.body);
  });
}

/** The state is a stream of JSON lines that never ends by itself. */
function followState(
  address: URL,
  headers: Record<string, string>,
): { readonly see: OpenWindow['see']; close(): void } {
  let latest: WindowView | null = null;
  let rest = '';
  const looking = new Set<() => void>();
  const sent = request(address, { headers }, (response) => {
    response.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines.filter((one) => one !== '')) {
        latest = JSON.parse(line) as WindowView;
        for (const look of [...looking]) look();
      }
    });
  });
  // Closing our end while the agent writes is no accident.
  sent.on('error', () => looking.clear());
  sent.end();
  return {
    see: (accepts) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (latest === null || !accepts(latest)) return;
          clearTimeout(timer);
          looking.delete(look);
          resolve(latest);
        };
        const timer = setTimeout(() => {
          looking.delete(look);
          reject(new Error(`the window still shows ${JSON.stringify(latest)}`));
        }, patienceMs);
        looking.add(look);
        look();
      }),
    close: () => sent.destroy(),
  };
}
