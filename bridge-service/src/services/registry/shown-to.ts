import type { Caller } from '../ports/records.ts';
import type { RegisteredCertificateView } from './certificates.ts';

/**
 * A registered certificate as this caller may see it. Platforms share the registry and not one another's doings: whose log-in showed possession, and
 * whose application or import brought it, stays away.
 */
export function shownTo<T extends RegisteredCertificateView>({ role }: Pick<Caller, 'role'>, view: T): T {
  if (role !== 'platform') return view;
  const source = view.source.startsWith('app_')
    ? 'application'
    : view.source.startsWith('imp_')
      ? 'import'
      : view.source;
  return { ...view, proof: null, source };
}
