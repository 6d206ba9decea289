import { describe, expect, it } from 'vitest';
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
    const begun = performance.now();
    checkDepth(`"${'\\"'.repeat(2_000_000)}`);
    expect(performance.now() - begun).toBeLessThan(1_000);
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
  ])('of %.40s is %j', (text, id) => {
    expect(idOfRefusedFrame(text)).toBe(id);
  });
});
