import { onScopeDispose, ref, shallowRef } from 'vue';
import { onOutdated } from '../api/call.ts';
import { type Failure, failureOf } from '../api/refusal.ts';

/** One thing that is fetched and shown: `value` is null until it is there. It is read again when it turns out to be old. */
export function useRecord<T>(fetchIt: () => Promise<T>) {
  const value = shallowRef<T | null>(null);
  const failure = shallowRef<Failure | null>(null);
  const loading = ref(true);

  async function load(): Promise<void> {
    loading.value = true;
    try {
      value.value = await fetchIt();
      failure.value = null;
    } catch (error) {
      failure.value = failureOf(error);
    } finally {
      loading.value = false;
    }
  }
  onScopeDispose(
    onOutdated(() => void load()),
    true,
  );
  return { value, failure, loading, load };
}
