import { onMounted, onUnmounted, ref } from 'vue';
import { send } from '../api/call.ts';

export interface LiveEvent {
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

const firstRetryMs = 1_000;
const longestRetryMs = 15_000;
/** The service says something every fifteen seconds; a stream that is silent for longer is dead, whatever the browser thinks. */
const silentMs = 40_000;

/**
 * Follows what supervision is told, as it happens, while the page is shown. `onOpen` is called whenever the stream begins (anew): read again
 * what may have been missed.
 */
export function useLiveEvents(listener: { onEvent(event: LiveEvent): void; onOpen(): void; onLost?(): void }) {
  const connected = ref(false);
  const ended = new AbortController();

  async function follow(): Promise<void> {
    let wait = firstRetryMs;
    while (!ended.signal.aborted) {
      try {
        await readOnce(() => {
          connected.value = true;
          wait = firstRetryMs;
          listener.onOpen();
        });
      } catch (error) {
        if (!isBrokenStream(error)) throw error;
      }
      connected.value = false;
      listener.onLost?.();
      if (ended.signal.aborted) return;
      await new Promise((resolve) => setTimeout(resolve, wait));
      wait = Math.min(longestRetryMs, wait * 2);
    }
  }

  async function readOnce(opened: () => void): Promise<void> {
    const silence = new AbortController();
    let timer = setTimeout(() => silence.abort(), silentMs);
    const signal = AbortSignal.any([ended.signal, silence.signal]);
    try {
      const response = await send('GET', '/v1/events/stream', { signal });
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
        for (const block of blocks) tell(block);
      }
    } finally {
      clearTimeout(timer);
    }
  }

  function tell(block: string): void {
    const fields = new Map(
      block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
    );
    const [type, data] = [fields.get('event'), fields.get('data')];
    if (type !== undefined && data !== undefined)
      listener.onEvent({ type, data: JSON.parse(data) as Readonly<Record<string, unknown>> });
  }

  onMounted(() => void follow());
  onUnmounted(() => ended.abort());
  return { connected };
}

/** A refusal to connect, an abort, a stream that breaks off: all are tried again. */
const isBrokenStream = (error: unknown): boolean => error instanceof Error;
