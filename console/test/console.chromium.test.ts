import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromiumExecutable } from '../../tools/src/test-setup/real-parts.ts';
import { requireReal } from '../../tools/src/test-setup/require-real.ts';
import { changeTests } from './journeys/changes.ts';
import { entryTests } from './journeys/entry.ts';
import { registryTests } from './journeys/registries.ts';
import { type Desk, openDesk } from './support/desk.ts';

// One service, one agent, one browser for all of it: each journey goes on where the one before has left the province.
requireReal('Chromium', chromiumExecutable())('the console, as people use it:', (executable) => {
  let opened: Desk;
  beforeAll(async () => {
    opened = await openDesk(executable);
  });
  afterAll(() => opened?.close());
  const desk = (): Desk => opened;

  describe('whoever comes to it', () => entryTests(desk));
  describe('the registries', () => registryTests(desk));
  describe('change sets', () => changeTests(desk));

  it('did all this without one complaint of the browser but those about refusals', () => {
    expect(opened.complaints.filter((text) => !/status of 4\d\d/.test(text))).toEqual([]);
  });
});
