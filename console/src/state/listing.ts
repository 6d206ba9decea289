import { computed, ref, shallowRef } from 'vue';
import type { Page } from '../api/call.ts';
import { type Failure, failureOf } from '../api/refusal.ts';

export type ListState = 'loading' | 'ready' | 'failed';

/**
 * A list by pages: `fetchPage` is asked for the page after a cursor. Forward by the service's cursor, back by those already seen.
 */
export function useListing<Item>(fetchPage: (cursor: string | undefined) => Promise<Page<Item>>) {
  const items = shallowRef<readonly Item[]>([]);
  const state = ref<ListState>('loading');
  const failure = shallowRef<Failure | null>(null);
  const cursors = ref<(string | undefined)[]>([undefined]);
  const nextCursor = ref<string | null>(null);
  let turn = 0;

  async function load(): Promise<void> {
    const mine = ++turn;
    state.value = 'loading';
    try {
      const page = await fetchPage(cursors.value.at(-1));
      if (mine !== turn) return;
      items.value = page.items;
      nextCursor.value = page.nextCursor;
      failure.value = null;
      state.value = 'ready';
    } catch (error) {
      if (mine !== turn) return;
      failure.value = failureOf(error);
      state.value = 'failed';
    }
  }

  return {
    ...{ items, state, failure },
    page: computed(() => cursors.value.length),
    hasNext: computed(() => nextCursor.value !== null),
    hasPrevious: computed(() => cursors.value.length > 1),
    /** Again, on the same page. */
    reload: load,
    /** From the first page, as after a filter changed. */
    async restart(): Promise<void> {
      cursors.value = [undefined];
      await load();
    },
    async next(): Promise<void> {
      if (nextCursor.value === null) return;
      cursors.value = [...cursors.value, nextCursor.value];
      await load();
    },
    async previous(): Promise<void> {
      if (cursors.value.length > 1) cursors.value = cursors.value.slice(0, -1);
      await load();
    },
  };
}

export type Listing<Item> = ReturnType<typeof useListing<Item>>;
