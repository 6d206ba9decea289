/** The route of a path and its parameters, or null. */
export function matchRoute<Route extends { readonly path: string }>(
  routes: readonly Route[],
  path: string,
): { readonly route: Route; readonly params: Readonly<Record<string, string>> } | null {
  const asked = segmentsOf(path);
  for (const route of routes) {
    const parts = segmentsOf(route.path);
    if (parts.length !== asked.length) continue;
    const params: Record<string, string> = {};
    const fits = parts.every((part, index) => {
      const value = asked[index] ?? '';
      if (!part.startsWith(':')) return part === value;
      params[part.slice(1)] = value;
      return value !== '';
    });
    if (fits) return { route, params };
  }
  return null;
}

const segmentsOf = (path: string): readonly string[] =>
  path
    .replace(/^\/|\/$/g, '')
    .split('/')
    .map(decoded);

/** What cannot be decoded is no address of ours: nothing fits it. */
function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return '';
  }
}
