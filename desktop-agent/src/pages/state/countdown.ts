import { computed, onUnmounted, type Ref, ref } from 'vue';

/** Time left until `deadline` (of performance.now()), as `m:ss`. */
export function useCountdown(deadline: Ref<number>) {
  const now = ref(performance.now());
  const timer = setInterval(() => {
    now.value = performance.now();
  }, 1_000);
  onUnmounted(() => clearInterval(timer));
  return computed(() => {
    const seconds = Math.max(0, Math.round((deadline.value - now.value) / 1_000));
    return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
  });
}
