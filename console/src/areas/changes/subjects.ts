import { shallowRef } from 'vue';
import { call, type Page } from '../../api/call.ts';
import { Refusal } from '../../api/refusal.ts';

export interface Subject {
  readonly id: string;
  readonly name: string;
  readonly state: 'active' | 'off-boarded';
  readonly origins?: readonly string[];
}

/** CAs and platforms, to choose from and to name. */
export function useSubjects() {
  const cas = shallowRef<readonly Subject[]>([]);
  const platforms = shallowRef<readonly Subject[]>([]);
  const names = shallowRef<ReadonlyMap<string, string>>(new Map());

  async function load(): Promise<void> {
    try {
      const [caPage, platformPage] = await Promise.all([
        call<Page<Subject>>('GET', '/v1/cas', { query: { limit: 200 } }),
        call<Page<Subject>>('GET', '/v1/platforms', { query: { limit: 200 } }),
      ]);
      cas.value = caPage.items;
      platforms.value = platformPage.items;
      names.value = new Map([...caPage.items, ...platformPage.items].map(({ id, name }) => [id, name]));
    } catch (error) {
      // Without names the ids are shown; the page itself says what failed.
      if (!(error instanceof Refusal)) throw error;
    }
  }
  return { cas, platforms, names, load };
}
