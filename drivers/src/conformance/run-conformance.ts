import { isCodedError } from '@onelock/core/errors';
import type { DeviceId, DriverInfo, TokenDevice } from '../port/index.ts';
import { conformanceCases } from './cases/index.ts';
import { clauseOf } from './clauses.ts';
import {
  type CaseOutcome,
  type CaseProblem,
  type CaseReport,
  type ConformanceCase,
  Departure,
  Unsupported,
} from './conformance-case.ts';
import type { ConformanceSubject } from './subject.ts';
import { Trial } from './trial.ts';
import { fill, says, type TwoWords } from './words.ts';

/** What came of all cases with one device. Plain values: a report goes through JSON unchanged. */
export interface ConformanceReport {
  readonly driver: DriverInfo;
  readonly device: Pick<
    TokenDevice,
    'vendor' | 'model' | 'serialNumber' | 'label' | 'firmwareVersion' | 'capabilities'
  >;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly passed: number;
  readonly unsupported: number;
  readonly failed: number;
  readonly cases: readonly CaseReport[];
}

/**
 * Puts a device through every case. What a case finds wrong is its outcome; nothing is thrown for it. A PIN that the device
 * refuses is not given to it again, and the last try is never spent: the cases that are left are then not tried.
 *
 * @param at  the moment for the report
 * @throws {CodedError} what the driver throws when it cannot even list its devices
 */
export async function runConformance(
  subject: ConformanceSubject,
  at: Date,
  onCase: (report: CaseReport) => void = () => undefined,
): Promise<ConformanceReport> {
  const { id, vendor, model, serialNumber, label, firmwareVersion, capabilities } = await new Trial(
    subject,
    'enumerate',
  ).device();
  const cases: CaseReport[] = [];
  let halt = await lastTry(subject, id);
  for (const each of conformanceCases) {
    const report =
      halt === null || each.needsPin === false ? await runCase(each, subject) : notTried(each, subject, halt);
    cases.push(report);
    onCase(report);
    if (report.outcome === 'failed' && pinRefusals.has(report.problem.code ?? '')) halt ??= pinWasRefused;
  }
  const count = (outcome: CaseReport['outcome']): number => cases.filter((each) => each.outcome === outcome).length;
  return {
    driver: subject.driver.info,
    device: { vendor, model, serialNumber, label, firmwareVersion, capabilities },
    at: at.toISOString(),
    passed: count('passed'),
    unsupported: count('unsupported'),
    failed: count('failed'),
    cases,
  };
}

const pinRefusals: ReadonlySet<string> = new Set(['ERR_TOKEN_PIN_INCORRECT', 'ERR_TOKEN_PIN_LOCKED']);
const pinWasRefused = says(
  '未试：PIN 已被拒绝，不再重复验证，以免锁死介质',
  'not tried: the PIN was refused, and is not given again lest it lock the device',
);
const lastTryLeft = says('未试：PIN 只剩最后一次机会', 'not tried: only one PIN try is left');

/** A mistyped PIN would lock the device for good; no test is worth that. */
async function lastTry({ driver }: ConformanceSubject, device: DeviceId): Promise<TwoWords | null> {
  try {
    return (await driver.pinStatus(device)).retriesLeft === 1 ? lastTryLeft : null;
  } catch (error) {
    // A driver that cannot say fails the case about it.
    if (!isCodedError(error)) throw error;
    return null;
  }
}

function notTried({ id, title, topic }: ConformanceCase, { driver }: ConformanceSubject, reason: TwoWords): CaseReport {
  const clause = clauseOf(driver.info.family, topic);
  return { id, title, clause, milliseconds: 0, notes: [], outcome: 'unsupported', reason };
}

/** Puts a device through one case. */
export async function runCase(each: ConformanceCase, subject: ConformanceSubject): Promise<CaseReport> {
  const { id, title } = each;
  const trial = new Trial(subject, each.topic);
  const start = performance.now();
  const outcome = await outcomeOf(each, trial);
  const clause = clauseOf(subject.driver.info.family, trial.topic);
  return { id, title, clause, milliseconds: Math.round(performance.now() - start), notes: trial.notes, ...outcome };
}

async function outcomeOf(each: ConformanceCase, trial: Trial): Promise<CaseOutcome> {
  try {
    await each.run(trial);
    return { outcome: 'passed' };
  } catch (error) {
    if (error instanceof Unsupported) return { outcome: 'unsupported', reason: error.reason };
    return { outcome: 'failed', problem: problemOf(error) };
  }
}

function problemOf(error: unknown): CaseProblem {
  if (error instanceof Departure) return { found: error.found, code: null, params: {}, native: null };
  if (!isCodedError(error)) {
    const detail = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return { found: unexpected(detail), code: null, params: {}, native: null };
  }
  const { code, params, native } = error;
  const said =
    native === undefined
      ? null
      : `${native.api} ${native.name} 0x${(native.value >>> 0).toString(16).padStart(8, '0')}`;
  return { found: unexpected(code), code, params, native: said };
}

function unexpected(what: string): TwoWords {
  return fill(says('意外的错误 {what}', 'unexpected error {what}'), { what });
}
