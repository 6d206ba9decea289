import { errorRegistry } from '@onelock/core/errors';
import { describe, expect, it } from 'vitest';
import packageFile from '../package.json' with { type: 'json' };
import { OneLockError, ownError, ownErrors } from './errors.ts';
import { sdkVersion } from './version.ts';

describe('what the SDK knows by heart', () => {
  it.each(Object.entries(ownErrors))('states of %s what the registry states', (code, facts) => {
    expect(errorRegistry[code as keyof typeof ownErrors]).toMatchObject(facts);
  });

  it('names the version of its package', () => {
    expect(sdkVersion).toBe(packageFile.version);
  });
});

describe('an error', () => {
  it('is an Error with a code, and keeps its cause', () => {
    const cause = new Error('why');
    const error = ownError('ERR_SDK_TIMEOUT', { timeoutMs: 5 }, { cause, callId: 'c-1' });
    expect(error).toBeInstanceOf(OneLockError);
    expect(error).toMatchObject({ message: 'ERR_SDK_TIMEOUT', params: { timeoutMs: 5 }, callId: 'c-1', cause });
    expect('cause' in ownError('ERR_SDK_CLOSED')).toBe(false);
  });
});
