import { ref } from 'vue';
import { Refusal } from '../../api/refusal.ts';
import { go } from '../../router/router.ts';
import { useAct } from '../../state/act.ts';
import { changeSets, defaultTitle, type Operation } from './api.ts';

const remembered = 'onelock.console.two-person';
/** Learnt from the service's first refusal, and kept with this window: it wants another person for changes of the registries. */
const twoPersons = ref(sessionStorage.getItem(remembered) === 'yes');

/**
 * An act on a registry that may want another person: done at once where changes are direct; where they are not, `needsSet` turns true, the
 * dialog wants a reason (`ChangeReason.vue`), and the next try proposes a change set instead and goes there. Put
 * `<ChangeReason v-model="reason" :needed="needsSet" />` at the end of the dialog.
 */
export function useRegistryAct() {
  const act = useAct();
  const needsSet = ref(twoPersons.value);
  const reason = act.why;

  /** Whether it was done at once. `name` is of what an operation has only the id. */
  async function run(
    direct: (key: string) => Promise<unknown>,
    operation: () => Operation,
    name = '',
  ): Promise<boolean> {
    const why = reason.value.trim();
    if (!needsSet.value) {
      const done = await act.run(async (key) => {
        try {
          await direct(key);
        } catch (error) {
          if (!(error instanceof Refusal) || error.failure.code !== 'ERR_CHANGE_SET_REQUIRED') throw error;
          needsSet.value = true;
          twoPersons.value = true;
          sessionStorage.setItem(remembered, 'yes');
        }
      });
      if (needsSet.value) reason.value = why;
      return done && !needsSet.value;
    }
    await act.run(async (key) => {
      const change = operation();
      const title = defaultTitle(change, name);
      const set = await changeSets.propose({ title, reason: why, operations: [change] }, key);
      go(`/changes/${set.id}`);
    });
    return false;
  }

  return { busy: act.busy, failure: act.failure, needsSet, reason, run };
}

export type RegistryAct = ReturnType<typeof useRegistryAct>;
