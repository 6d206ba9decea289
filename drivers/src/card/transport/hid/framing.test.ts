import { concatBytes, fromHex, toHex } from '@onelock/core/bytes';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HidFraming } from '../../../port/index.ts';
import { encodeReports, ReportAssembler } from './framing.ts';

const plain: HidFraming = { reportBytes: 16, lengthBytes: 2 };
/** CTAPHID's way (FIDO CTAP 2.1 §11.2.4): channel and command, a length, later reports counted. */
const counted: HidFraming = {
  reportBytes: 64,
  lengthBytes: 2,
  sequence: true,
  output: { first: '0000000183', next: '00000001' },
};
/** A way with ids, another mark back, little-endian lengths. */
const marked: HidFraming = {
  reportBytes: 32,
  lengthBytes: 4,
  lengthOrder: 'little',
  output: { id: 2, first: '55aa', next: '55ab' },
  input: { id: 3, first: 'aa55', next: 'ab55' },
};

const bytes = (length: number) => Uint8Array.from({ length }, (_, index) => (index + 1) & 0xff);
/** What the device writes is what we write, from its side. */
const asDevice = (framing: HidFraming): HidFraming => ({ ...framing, ...(framing.input && { output: framing.input }) });
const asRead = (framing: HidFraming) => (report: Uint8Array) =>
  (framing.input ?? framing.output)?.id ? report : report.subarray(1);

describe('reports', () => {
  it.each([
    ['plain', plain, 3, ['0000030102030000000000000000000000']],
    ['plain', plain, 16, ['0000100102030405060708090a0b0c0d0e', '000f100000000000000000000000000000']],
    ['marked', marked, 2, [`0255aa020000000102${'00'.repeat(24)}`]],
    [
      'counted',
      counted,
      60,
      [
        `0000000001 83003c ${toHex(bytes(57))}`.replaceAll(' ', ''),
        `000000000100${toHex(bytes(60)).slice(114)}${'00'.repeat(56)}`,
      ],
    ],
  ] as const)('of a %s message are laid out as its framing says', (_, framing, length, expected) => {
    expect(encodeReports(bytes(length), framing).map(toHex)).toEqual(expected);
  });

  it.each([plain, counted, marked])('carry every message there and back: %j', (framing) => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3000 }), (message) => {
        const assembler = new ReportAssembler(framing);
        const reports = encodeReports(message, asDevice(framing)).map(asRead(framing));
        const results = reports.map((report) => assembler.take(report));
        expect(results.slice(0, -1).every((result) => result === null)).toBe(true);
        expect(results.at(-1)).toEqual(message);
      }),
    );
  });

  it('of another id than ours are passed over', () => {
    const [report = new Uint8Array()] = encodeReports(bytes(5), asDevice(marked));
    const assembler = new ReportAssembler(marked);
    expect(assembler.take(concatBytes(Uint8Array.of(1), report.subarray(1)))).toBeNull();
    expect(assembler.take(report)).toEqual(bytes(5));
  });

  it('are not made of what has no room in their length', () => {
    expect(() => encodeReports(bytes(256), { ...plain, lengthBytes: 1 })).toFailWith('ERR_DRIVER_LIMIT_EXCEEDED');
    expect(() => encodeReports(new Uint8Array(70_000), { ...plain, lengthBytes: 4 })).toFailWith(
      'ERR_DRIVER_LIMIT_EXCEEDED',
    );
  });
});

describe('reports of a hostile key', () => {
  it.each([
    ['a length beyond all bounds', marked, ['03aa55ffffffff']],
    ['another mark', marked, ['0355aa02000000']],
    ['no room for the length', marked, ['03aa550200']],
    ['a later report without its mark', marked, [`03aa5530000000${'00'.repeat(26)}`, '03aa55']],
    ['a later report with nothing in it', marked, [`03aa5530000000${'00'.repeat(26)}`, '03ab55']],
    ['a report out of sequence', counted, [`0000000183 0100 ${'00'.repeat(57)}`, `00000001 01 ${'00'.repeat(59)}`]],
    ['nothing', plain, ['']],
  ] as const)('with %s are told by code', (_, framing, reports) => {
    const assembler = new ReportAssembler(framing);
    const take = () => reports.map((hex) => assembler.take(fromHex(hex.replaceAll(' ', ''))));
    expect(take).toFailWith('ERR_TOKEN_DATA_CORRUPT');
  });

  it('never take more room than a message may have, and never throw anything but a code', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(plain, counted, marked),
        fc.array(fc.uint8Array({ maxLength: 70 })),
        (framing, reports) => {
          const assembler = new ReportAssembler(framing);
          try {
            for (const report of reports) expect(assembler.take(report)?.length ?? 0).toBeLessThanOrEqual(65_544);
          } catch (error) {
            expect(error).toFailWith('ERR_TOKEN_DATA_CORRUPT');
          }
        },
      ),
    );
  });
});
