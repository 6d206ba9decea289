import { reactive } from 'vue';
import { call } from '../api/call.ts';
import { Refusal } from '../api/refusal.ts';

export interface Named {
  readonly name: string;
  readonly role: string;
}

/** Names of callers by id; null for one that is being asked for or that nobody has. */
const known = reactive(new Map<string, Named | null>());
let wanted: string[] = [];

/** The name of a caller, asked for once; all that one moment wants go in one question. */
export function nameOf(id: string): Named | null {
  const found = known.get(id);
  if (found !== undefined) return found;
  if (/^clr_[0-9a-f]{32}$/.test(id)) {
    if (wanted.length === 0) queueMicrotask(() => void ask());
    wanted.push(id);
    // Outside the render that asked: a map that is read must not be written then.
    queueMicrotask(() => known.set(id, known.get(id) ?? null));
  }
  return null;
}

async function ask(): Promise<void> {
  const ids = [...new Set(wanted)].slice(0, 100);
  wanted = [];
  try {
    const { items } = await call<{ items: readonly (Named & { id: string })[] }>('GET', '/v1/console/names', {
      query: { ids: ids.join(',') },
    });
    for (const { id, name, role } of items) known.set(id, { name, role });
  } catch (error) {
    // A name is a comfort; the id is shown without it.
    if (!(error instanceof Refusal)) throw error;
  }
}
