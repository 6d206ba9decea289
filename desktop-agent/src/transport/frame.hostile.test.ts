import { describe, expect, it } from 'vitest';
import { processorTime } from '../../../tools/src/test-setup/processor-time.ts';
import { checkDepth, idOfRefusedFrame } from './frame.ts';

describe('the depth of a frame', () => {
  it('is counted outside strings only', () => {
    expect(() => checkDepth('{"a":"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["}')).not.toThrow();
    expect(() => checkDepth('{"a":"\\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["}')).not.toThrow();
    expect(() => checkDepth('['.repeat(32))).not.toThrow();
    expect(() => checkDepth('['.repeat(33))).toFailWith('ERR_AGENT_FRAME_INVALID');
    expect(() => checkDepth('{"a":'.repeat(33))).toFailWith('ERR_AGENT_FRAME_INVALID');
  });

  it('costs no more than the length, whatever the text', () => {
    const spent = processorTime();
    checkDepth(`"${'\\"'.repeat(2_000_000)}`);
    expect(spent()).toBeLessThan(1_000);
  });
});

describe('the id of a refused frame', () => {
  it.each([
    ['{"id":"abc"}', 'abc'],
    ['{"id":7}', null],
    ['{"id":"<script>"}', null],
    [`{"id":"${'x'.repeat(65)}"}`, null],
    ['[{"id":"abc"}]', null],
    ['{', null],
    ['null', null],
    ['['.repeat(100_000), null],
    [`{"jsonrpc":"2.0","id":"abc","params":{"content":"${'A'.repeat(100_000)}"}}`, 'abc'],
    [`{"params":{"id":"abc","content":"${'A'.repeat(100_000)}"},"id":"abd"}`, null],
    [`{"a":"${'A'.repeat(100_000)}","id":"abc"}`, null],
    [`["id":"abc",${' '.repeat(100_000)}`, null],
  ])('of %.40s is %j', (text, id) => {
    expect(idOfRefusedFrame(text)).toBe(id);
  });

  it('is found without parsing a large frame', () => {
    const text = `{"id":"abc","params":[${'[],'.repeat(1_000_000)}[]]}`;
    const spent = processorTime();
    for (let count = 0; count < 1_000; count += 1) idOfRefusedFrame(text);
    expect(spent()).toBeLessThan(500);
  });
});
