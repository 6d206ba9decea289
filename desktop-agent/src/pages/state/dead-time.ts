import { onMounted, onUnmounted, ref } from 'vue';
import { deadTimeMs } from '../../window/view.ts';

/**
 * False for a moment whenever the window appears or comes to the front, so that a click or key meant for another window
 * cannot fall on a button here (click-jacking).
 */
export function useDeadTime() {
  const awake = ref(false);
  let timer: ReturnType<typeof setTimeout> | undefined;

  const restart = (): void => {
    clearTimeout(timer);
    awake.value = false;
    if (document.visibilityState !== 'visible') return;
    timer = setTimeout(() => {
      awake.value = true;
    }, deadTimeMs + 50);
  };

  onMounted(() => {
    restart();
    window.addEventListener('focus', restart);
    document.addEventListener('visibilitychange', restart);
  });
  onUnmounted(() => {
    clearTimeout(timer);
    window.removeEventListener('focus', restart);
    document.removeEventListener('visibilitychange', restart);
  });
  return awake;
}
