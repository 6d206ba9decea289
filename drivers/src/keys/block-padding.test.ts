import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withoutBlockPadding } from './block-padding.ts';

const block = (end: readonly number[]): Uint8Array => Uint8Array.from([...Array(16 - end.length).fill(9), ...end]);

describe('the padding of a content', () => {
  it('comes off whatever was before it', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70 }), (content) => {
        const count = 16 - (content.length % 16);
        const padded = Uint8Array.from([...content, ...Array(count).fill(count)]);
        expect(withoutBlockPadding(padded)).toEqual(content);
      }),
    );
  });

  it.each([
    ['none', new Uint8Array(0)],
    ['of no length', block([0])],
    ['longer than a block', block([17])],
    ['that does not repeat', block([3, 2, 3])],
    ['behind half a block', Uint8Array.of(7, 1)],
  ])('is refused: %s', (_, plain) => {
    expect(() => withoutBlockPadding(plain)).toFailWith('ERR_ENVELOPE_CONTENT_INVALID');
  });
});
