/** PINs that keys leave the factory with, and those that everybody tries first. */
const known: ReadonlySet<string> = new Set([
  '123456',
  '12345678',
  '1234567890',
  '123123',
  '112233',
  '11223344',
  '666888',
  '888666',
  '123321',
  '654321',
  '87654321',
  '123456789',
  '147258',
  '147258369',
  '159753',
  '5201314',
  'admin123',
  'password',
  'rockey',
  'abcdef',
  'abcd1234',
  'abc123',
  'a12345',
  'a123456',
  'qwerty',
  'qwertyui',
]);

/**
 * Whether a new PIN is one that a finder of the key would try: a factory PIN, one character over and over, a run up or down,
 * a short piece repeated, or the old PIN again.
 */
export function isWeakPin(pin: string, old: string): boolean {
  const lower = pin.toLowerCase();
  return pin === old || known.has(lower) || isRun(lower) || isRepetition(lower);
}

function isRun(text: string): boolean {
  const codes = [...text].map((character) => character.codePointAt(0) ?? 0);
  return [1, -1].some((step) => codes.every((code, index) => index === 0 || isNext(codes[index - 1] ?? 0, code, step)));
}

/** 9 is followed by 0 on a keypad. */
function isNext(before: number, code: number, step: number): boolean {
  const wraps = (before === 57 && code === 48 && step === 1) || (before === 48 && code === 57 && step === -1);
  return wraps || code - before === step;
}

function isRepetition(text: string): boolean {
  return [1, 2, 3, 4].some(
    (length) => text.length > length && text.length >= 2 * length && isMadeOf(text, text.slice(0, length)),
  );
}

function isMadeOf(text: string, piece: string): boolean {
  return piece.repeat(Math.ceil(text.length / piece.length)).slice(0, text.length) === text;
}
