import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { CodedError } from '@onelock/core/errors';
import { builtInDrivers } from '@onelock/drivers/catalogue';
import { type DeviceReport, gatherDeviceReport } from '@onelock/drivers/discovery';
import type { DriverManifest } from '@onelock/drivers/manifest';
import type { Attempt, Caller } from '../consent/prompt.ts';
import type { SeenDevice, UnknownDeviceQuestion, WindowQuestion } from '../consent/question.ts';
import { writeFileAtomically } from '../dispatch/write-file-atomically.ts';

export interface DeviceWizardOptions {
  /** Reports are written below it. */
  readonly stateDir: string;
  readonly known?: readonly DriverManifest[] | undefined;
  readonly now: () => Date;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Looks at the computer; ours unless a test brings another place to look at. */
  readonly look?: ((known: readonly DriverManifest[]) => Promise<DeviceReport>) | undefined;
}

/** The window that asks: see WindowPrompt. */
export interface WizardWindow {
  ask<T>(question: WindowQuestion, caller: Caller, attempt: Attempt<T>): Promise<T>;
}

/**
 * Shows a person what the computer sees of its devices, again and again while devices are plugged in, and writes the report that the
 * operator needs. Nothing leaves the computer by itself.
 *
 * @returns the file of the last report
 * @throws {CodedError} ERR_USER_CANCELLED, ERR_USER_TIMEOUT, ERR_AGENT_WINDOW_UNAVAILABLE
 */
export async function runDeviceWizard(window: WizardWindow, options: DeviceWizardOptions): Promise<string> {
  const known = options.known ?? builtInDrivers;
  const look =
    options.look ?? ((all) => gatherDeviceReport({ known: all, now: options.now(), environment: options.environment }));
  const first = await look(known);
  let report = first;
  let saved: string | null = null;
  const attempt: Attempt<string> = async (answer) => {
    if (answer.kind === 'look') report = await look(known);
    else if (answer.kind === 'save') saved = await writeReport(report, answer.note, options);
    else if (answer.kind === 'allow' && saved !== null) return { kind: 'done', value: saved };
    else throw new CodedError('ERR_REQUEST_INVALID', { field: '/answer', rule: 'look, save, or allow after that' });
    return { kind: 'changed', question: questionOf(report, first, saved) };
  };
  const caller = { signal: new AbortController().signal, language: 'auto' } as const;
  return window.ask(questionOf(report, first, saved), caller, attempt);
}

async function writeReport(
  report: DeviceReport,
  note: string,
  { stateDir, now }: DeviceWizardOptions,
): Promise<string> {
  const folder = path.join(stateDir, 'reports');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const stamp = now().toISOString().replace(/[:.]/g, '-');
  const file = path.join(folder, `onelock-device-report-${stamp}.json`);
  await writeFileAtomically(file, `${JSON.stringify({ ...report, ...(note !== '' && { note }) }, null, 2)}\n`);
  return file;
}

function questionOf(report: DeviceReport, first: DeviceReport, saved: string | null): UnknownDeviceQuestion {
  const before = new Set([...usbOf(first), ...cardsOf(first), ...librariesOf(first)].map(identityOf));
  const marked = (rows: readonly Seen[]): readonly SeenDevice[] =>
    rows.map((row) => ({ ...row, isNew: !before.has(identityOf(row)) }));
  return {
    kind: 'unknown-device',
    usb: marked(usbOf(report)),
    cards: marked(cardsOf(report)),
    libraries: marked(librariesOf(report)),
    gaps: report.gaps.map(({ part }) => part),
    saved,
  };
}

type Seen = Omit<SeenDevice, 'isNew'>;

const identityOf = ({ title, detail }: Seen): string => `${title}\n${detail}`;

function usbOf({ usb }: DeviceReport): readonly Seen[] {
  return usb.map(({ manufacturer, product, vendorId, productId, interfaceClasses, drivers }) => ({
    title: [manufacturer, product].filter(Boolean).join(' ') || 'USB',
    detail: `${vendorId}:${productId}  ${interfaceClasses.join(' ')}`.trim(),
    drivers,
  }));
}

function cardsOf({ cards }: DeviceReport): readonly Seen[] {
  return cards.map(({ reader, atr, drivers }) => ({ title: reader, detail: `ATR ${atr}`, drivers }));
}

function librariesOf({ libraries }: DeviceReport): readonly Seen[] {
  return libraries.map(({ file, family, sha256, drivers }) => ({
    title: file,
    detail: `${family === 'skf' ? 'SKF' : 'PKCS#11'}  SHA-256 ${sha256.slice(0, 16)}…`,
    drivers,
  }));
}
