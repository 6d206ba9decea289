import { expect, it } from 'vitest';
import { sparingly } from './refusal-log.ts';

it('tells every refusal of a few, and of a flood one a second with the number left out', () => {
  let time = 0;
  const told: (readonly [string, number])[] = [];
  const tell = sparingly<string>(
    (refusal, leftOut) => told.push([refusal, leftOut]),
    () => time,
  );
  for (let count = 0; count < 1_000; count += 1) tell('flood');
  expect(told).toEqual(Array.from({ length: 40 }, () => ['flood', 0]));
  time = 1_000;
  tell('later');
  tell('flood');
  expect(told.slice(40)).toEqual([['later', 960]]);
});
