import { ref, shallowRef } from 'vue';
import { newActKey, stateReason } from '../api/call.ts';
import { type Failure, failureOf } from '../api/refusal.ts';

/**
 * Something a person does that changes what the service keeps: one at a time, its failure kept to be shown. `run` gives its work the key
 * that makes another try of the same act safe, and resolves to whether it was done. What stands in `why` (`<ActDialog v-model:why>`) goes
 * with the act into the audit log.
 */
export function useAct() {
  const busy = ref(false);
  const failure = shallowRef<Failure | null>(null);
  const why = ref('');
  let key = newActKey();

  async function run(work: (key: string) => Promise<unknown>): Promise<boolean> {
    if (busy.value) return false;
    busy.value = true;
    failure.value = null;
    stateReason(key, why.value);
    try {
      await work(key);
      endAct();
      why.value = '';
      return true;
    } catch (error) {
      failure.value = failureOf(error);
      // Refused by the service: nothing was done, and what is sent next may differ. Only a lost answer is asked for again.
      if (failure.value.code !== null) endAct();
      return false;
    } finally {
      busy.value = false;
    }
  }

  function endAct(): void {
    stateReason(key, '');
    key = newActKey();
  }

  function clear(): void {
    failure.value = null;
    why.value = '';
  }
  return { busy, failure, why, run, clear };
}
