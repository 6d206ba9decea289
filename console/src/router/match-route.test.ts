import { describe, expect, it } from 'vitest';
import { matchRoute } from './match-route.ts';

const routes = [{ path: '/' }, { path: '/changes' }, { path: '/changes/new' }, { path: '/changes/:id' }] as const;
const found = (path: string) => matchRoute(routes, path);

describe('the route of a path', () => {
  it('is the first that fits, with its parameters', () => {
    expect(found('/')?.route.path).toBe('/');
    expect(found('/changes/')?.route.path).toBe('/changes');
    expect(found('/changes/new')).toEqual({ route: { path: '/changes/new' }, params: {} });
    expect(found('/changes/chg_1')).toEqual({ route: { path: '/changes/:id' }, params: { id: 'chg_1' } });
    expect(found('/changes/%E4%B8%80')?.params).toEqual({ id: '一' });
  });

  it('is none for an address that is no page, whatever stands in it', () => {
    expect(found('/changes/a/b')).toBeNull();
    expect(found('/nothing')).toBeNull();
    expect(found('/changes/%E0%A4%A')).toBeNull();
  });
});
