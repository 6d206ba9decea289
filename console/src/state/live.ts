import { onMounted, onUnmounted, ref } from 'vue';
import { send } from '../api/call.ts';

export interface LiveEvent {
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface LiveListener {
  onEvent(event: LiveEvent): void;
  /** The stream begins (anew): read again what may have been missed. */
  onOpen(): void;
  onLost?(): void;
}

const firstRetryMs = 1_000;
const longestRetryMs = 15_000;
/** The service says something every fifteen seconds; a stream that is silent for longer is dead, whatever the browser thinks. */
const silentMs = 40_000;

const supervision = '/v1/events/stream';

/** One stream for all who listen to an address, and none while the window is hidden: a browser has six connections for a service. */
class SharedStream {
  readonly connected = ref(false);
  readonly #path: string;
  readonly #listeners = new Set<LiveListener>();
  #following: AbortController | null = null;

  constructor(path: string) {
    this.#path = path;
  }

  add(listener: LiveListener): void {
    this.#listeners.add(listener);
    if (this.connected.value) listener.onOpen();
    else this.heed();
  }

  remove(listener: LiveListener): void {
    this.#listeners.delete(listener);
    this.heed();
  }

  /** Begins or ends, by who listens and whether anybody sees it. */
  heed(): void {
    const wanted = this.#listeners.size > 0 && document.visibilityState === 'visible';
    if (wanted && this.#following === null) {
      this.#following = new AbortController();
      void this.#follow(this.#following.signal);
    }
    if (!wanted && this.#following !== null) {
      this.#following.abort();
      this.#following = null;
      this.#lost();
    }
  }

  #lost(): void {
    if (!this.connected.value) return;
    this.connected.value = false;
    for (const listener of this.#listeners) listener.onLost?.();
  }

  async #follow(ended: AbortSignal): Promise<void> {
    let wait = firstRetryMs;
    const opened = (): void => {
      this.connected.value = true;
      wait = firstRetryMs;
      for (const listener of this.#listeners) listener.onOpen();
    };
    const told = (event: LiveEvent): void => {
      for (const listener of this.#listeners) listener.onEvent(event);
    };
    while (!ended.aborted) {
      try {
        await readOnce(this.#path, ended, opened, told);
      } catch (error) {
        // A service that cannot be reached, an abort, a stream that breaks off: all are tried again.
        if (!(error instanceof Error)) throw error;
      }
      if (ended.aborted) return;
      this.#lost();
      await new Promise((resolve) => setTimeout(resolve, wait));
      wait = Math.min(longestRetryMs, wait * 2);
    }
  }
}

const streams = new Map<string, SharedStream>();
document.addEventListener('visibilitychange', () => {
  for (const stream of streams.values()) stream.heed();
});

/**
 * Follows a stream of the service, as it happens, while the page is shown: what supervision is told, unless another address is given.
 */
export function useLiveEvents(listener: LiveListener, path = supervision) {
  const stream = streams.get(path) ?? new SharedStream(path);
  streams.set(path, stream);
  onMounted(() => stream.add(listener));
  onUnmounted(() => stream.remove(listener));
  return { connected: stream.connected };
}

async function readOnce(
  path: string,
  ended: AbortSignal,
  opened: () => void,
  told: (event: LiveEvent) => void,
): Promise<void> {
  const silence = new AbortController();
  let timer = setTimeout(() => silence.abort(), silentMs);
  try {
    const response = await send('GET', path, { signal: AbortSignal.any([ended, silence.signal]) });
    if (!response.ok || response.body === null) return;
    opened();
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(), silentMs);
      text += value;
      const blocks = text.split('\n\n');
      text = blocks.pop() ?? '';
      for (const block of blocks) readBlock(block, told);
    }
  } finally {
    clearTimeout(timer);
  }
}

function readBlock(block: string, told: (event: LiveEvent) => void): void {
  const fields = new Map(
    block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
  );
  const [type, data] = [fields.get('event'), fields.get('data')];
  if (type === undefined || data === undefined) return;
  told({ type, data: JSON.parse(data) as Readonly<Record<string, unknown>> });
}
