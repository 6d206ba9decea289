import { madeFrom } from '../../api/call.ts';
import { useRegistryAct } from '../changes/registry-act.ts';
import { type CaProfile, cas } from './api.ts';

/**
 * Changes a part of what a CA says of itself. The whole profile is set at once: what a dialog does not show is kept as it was when the
 * dialog was opened; what is shown behind it may be read again meanwhile.
 */
export function useProfileEdit(id: string, name: string, seen: CaProfile) {
  const act = useRegistryAct();
  return {
    act,
    /** Whether it was done at once. */
    save(part: Partial<CaProfile>): Promise<boolean> {
      const body: CaProfile = { ...seen, ...part };
      return act.run(
        (key) => cas.setProfile(id, body, key, seen),
        () => ({ kind: 'ca.set-profile', id, profile: body, ...madeFrom(seen) }),
        name,
      );
    },
  };
}
