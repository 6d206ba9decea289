import { ref } from 'vue';

/** What a screen reader is told next; the shell has one polite live region. */
export const announced = ref('');

/** Says something to whoever cannot see that it happened. */
export function announce(text: string): void {
  announced.value = '';
  queueMicrotask(() => {
    announced.value = text;
  });
}
