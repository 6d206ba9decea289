import { onUnmounted, ref, shallowRef } from 'vue';
import type { Answer } from '../../consent/question.ts';
import { type WindowView, windowHeader } from '../../window/view.ts';
import { configureLanguage } from './words.ts';

const headers = { [windowHeader]: '1', 'content-type': 'application/json' };

/** The agent's side of this window: the view that it streams, and the way to answer. */
export function useWindow() {
  const view = shallowRef<WindowView | null>(null);
  const lost = ref(false);
  const deadline = ref(0);
  const left = new AbortController();

  const follow = async (): Promise<void> => {
    const response = await fetch('state', { headers, signal: left.signal, cache: 'no-store' });
    if (!response.ok || response.body === null) throw new Error(`state ${response.status}`);
    const lines = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = '';
    for (;;) {
      const { value, done } = await lines.read();
      if (done) return;
      const parts = (rest + value).split('\n');
      rest = parts.pop() ?? '';
      for (const line of parts.filter((part) => part !== '')) {
        const next = JSON.parse(line) as WindowView;
        deadline.value = performance.now() + next.remainingMs;
        configureLanguage(next.language);
        view.value = next;
      }
    }
  };

  const end = (): void => {
    const phase = view.value?.phase;
    if (!left.signal.aborted && phase !== 'done' && phase !== 'failed') lost.value = true;
  };
  follow().then(end, end);
  onUnmounted(() => left.abort());

  const post = async (body: object): Promise<void> => {
    try {
      const response = await fetch('answer', { method: 'POST', headers, body: JSON.stringify(body) });
      // 409: the question moved on meanwhile, and the stream shows where to.
      if (!response.ok && response.status !== 409) lost.value = true;
    } catch {
      lost.value = true;
    }
  };

  return {
    view,
    lost,
    deadline,
    answer: (answer: Answer) => post({ kind: 'answer', turn: view.value?.turn ?? 0, answer }),
    cancel: () => post({ kind: 'cancel' }),
  };
}
