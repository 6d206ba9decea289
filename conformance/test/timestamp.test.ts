import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseTimestampResponse, requireGranted } from '@onelock/core/tsp';
import { afterAll, describe, expect, it } from 'vitest';
import { publishedVector } from '../../tools/src/test-setup/real-parts.ts';
import { requireReal } from '../../tools/src/test-setup/require-real.ts';
import { onelock, onelockJson } from './onelock.ts';

// Each test starts programs or threads, and the machine may be busy with others.

const work = mkdtempSync(path.join(tmpdir(), 'onelock-timestamp-'));
afterAll(() => rmSync(work, { recursive: true, force: true }));

requireReal('published time-stamp', publishedVector('tsp/openssl-sectigo'))('onelock timestamp', (folder) => {
  const file = (name: string): string => path.join(folder, name);
  const answer = file('sectigo-all-zero.tsr');
  const zeros = '00'.repeat(32);
  const trust = ['--trust', file('user-trust-ca.pem'), '--intermediate', file('sectigo-time-stamping-ca.pem')];
  const then = ['--at', '2021-02-16T15:42:47Z'];

  it('inspect tells what an answer says', () => {
    const { status, value } = onelockJson(['timestamp', 'inspect', answer]);
    expect(status).toBe(0);
    expect(value).toMatchObject({
      time: '2021-02-16T15:42:47.000Z',
      serialNumber: 'b22950b514853b74f629f43bad7dd94212c0fef2',
      policy: '1.3.6.1.4.1.6449.2.1.1',
      digestAlgorithm: 'sha256',
      digest: zeros,
      nonce: null,
    });
  });

  it('verify passes an answer for its query, and the token alone for its digest', () => {
    const query = ['--query', file('all-zero.tsq')];
    expect(onelockJson(['timestamp', 'verify', answer, ...query, ...trust, ...then])).toMatchObject({
      status: 0,
      value: { indication: 'passed', authority: { serialNumber: '8c77a0008ff4d1b0c63d9f3a48838d6b' } },
    });
    const token = path.join(work, 'token');
    writeFileSync(token, requireGranted(parseTimestampResponse(new Uint8Array(readFileSync(answer)))).der);
    expect(onelock(['timestamp', 'verify', token, '--digest', `sha256:${zeros}`, ...trust, ...then]).status).toBe(0);
  });

  it('verify fails for other data, and ends with 1', () => {
    const data = path.join(work, 'data');
    writeFileSync(data, 'other');
    const { status, value } = onelockJson(['timestamp', 'verify', answer, '--data', data, ...trust, ...then]);
    expect(status).toBe(1);
    expect(value.reason?.code).toBe('ERR_TIMESTAMP_MISMATCH');
  });

  describe('wrong use ends with 2:', () => {
    it.each([
      ['nothing to hold it against', []],
      ['a digest that is none', ['--digest', 'sha256:00']],
      ['a digest of no algorithm', ['--digest', `md5:${zeros}`]],
    ])('%s', (_title, options) => {
      const { status, stderr } = onelock(['timestamp', 'verify', answer, ...options, ...trust]);
      expect(status).toBe(2);
      expect(stderr).toContain('ERR_CLI_USAGE');
    });

    it('a file that is no time-stamp', () => {
      expect(onelock(['timestamp', 'inspect', file('all-zero.tsq')]).status).toBe(2);
      expect(onelock(['timestamp', 'inspect', file('user-trust-ca.pem')]).status).toBe(2);
    });
  });
});
