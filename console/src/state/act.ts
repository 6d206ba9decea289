import { ref, shallowRef } from 'vue';
import { newActKey } from '../api/call.ts';
import { type Failure, failureOf } from '../api/refusal.ts';

/**
 * Something a person does that changes what the service keeps: one at a time, its failure kept to be shown. `run` gives its work the key
 * that makes another try of the same act safe, and resolves to whether it was done.
 */
export function useAct() {
  const busy = ref(false);
  const failure = shallowRef<Failure | null>(null);
  let key = newActKey();

  async function run(work: (key: string) => Promise<unknown>): Promise<boolean> {
    if (busy.value) return false;
    busy.value = true;
    failure.value = null;
    try {
      await work(key);
      key = newActKey();
      return true;
    } catch (error) {
      failure.value = failureOf(error);
      // Refused by the service: nothing was done, and what is sent next may differ. Only a lost answer is asked for again.
      if (failure.value.code !== null) key = newActKey();
      return false;
    } finally {
      busy.value = false;
    }
  }

  function clear(): void {
    failure.value = null;
  }
  return { busy, failure, run, clear };
}
