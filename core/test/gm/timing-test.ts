import { randomFillSync } from 'node:crypto';
import type { GmEngine } from '../../src/crypto/gm/engine.ts';

const warmUp = 10_000;
const crops = 50;

/** Mean and spread as they come (Welford). */
class Moments {
  count = 0;
  mean = 0;
  private squares = 0;

  push(value: number): void {
    this.count++;
    const delta = value - this.mean;
    this.mean += delta / this.count;
    this.squares += delta * (value - this.mean);
  }

  get variance(): number {
    return this.squares / (this.count - 1) / this.count;
  }
}

class Classes {
  readonly fixed = new Moments();
  readonly random = new Moments();

  /** Welch's t; 0 while there is too little to say. */
  get t(): number {
    const { fixed, random } = this;
    if (fixed.count < 1000 || random.count < 1000) return 0;
    const spread = fixed.variance + random.variance;
    return spread > 0 ? Math.abs(fixed.mean - random.mean) / Math.sqrt(spread) : 0;
  }
}

export interface TimingFinding {
  readonly act: string;
  readonly samples: number;
  readonly t: number;
}

/** The test of core/native/test/timing.c for an engine seen from JavaScript. */
export class TimingTest {
  private readonly engine: GmEngine;
  private readonly act: 'sign' | 'decrypt';
  private readonly now: () => number;

  constructor(engine: GmEngine, act: 'sign' | 'decrypt', now: () => number) {
    this.engine = engine;
    this.act = act;
    this.now = now;
  }

  run(samples: number): TimingFinding {
    const whole = new Classes();
    const cropped = Array.from({ length: crops }, () => new Classes());
    const warm: number[] = [];
    let limits: readonly number[] = [];
    for (let done = 0; done < samples + warmUp; done++) {
      const { isRandom, spent } = this.once();
      if (done < warmUp) {
        warm.push(spent);
        if (done === warmUp - 1) limits = limitsOf(warm);
        continue;
      }
      const name = isRandom ? 'random' : 'fixed';
      whole[name].push(spent);
      for (const [index, classes] of cropped.entries()) if (spent < (limits[index] ?? 0)) classes[name].push(spent);
    }
    const t = Math.max(whole.t, ...cropped.map((classes) => classes.t));
    return { act: `${this.engine.name} ${this.act}`, samples, t: Number(t.toFixed(2)) };
  }

  private readonly random = new Uint8Array(97);
  private readonly fixed = new Uint8Array(32).fill(3, 31);
  private readonly secret = new Uint8Array(32);
  private readonly nonce = new Uint8Array(32);
  private readonly point = new Uint8Array(64);
  private pointUses = 0;

  private once(): { readonly isRandom: boolean; readonly spent: number } {
    randomFillSync(this.random);
    const isRandom = (this.random[96] ?? 0) > 127;
    // Both classes write the same bytes of the same arrays.
    const keep = isRandom ? 0xff : 0;
    for (let index = 0; index < 32; index++) {
      const fixed = (this.fixed[index] ?? 0) & ~keep;
      this.secret[index] = ((this.random[index] ?? 0) & keep) | fixed;
      this.nonce[index] = ((this.random[32 + index] ?? 0) & keep) | fixed;
    }
    this.secret[0] = (this.secret[0] ?? 0) & 0x7f;
    this.nonce[0] = (this.nonce[0] ?? 0) & 0x7f;
    if (this.act === 'decrypt' && this.pointUses++ % 64 === 0) {
      const k = this.random.slice(64, 96);
      k[0] = (k[0] ?? 0) & 0x7f;
      const point = this.engine.multiplyBase(k);
      if (point !== undefined) this.point.set(point);
    }
    const digest = this.random.subarray(64, 96);
    const begin = this.now();
    const result =
      this.act === 'sign'
        ? this.engine.sign(this.secret, this.nonce, digest)
        : this.engine.multiply(this.secret, this.point);
    const spent = this.now() - begin;
    if (result === undefined) throw new Error('nothing was measured');
    return { isRandom, spent };
  }
}

/** Thresholds at percentiles that crowd towards the top, where the tail of interruptions begins. */
function limitsOf(warm: readonly number[]): readonly number[] {
  const sorted = warm.toSorted((a, b) => a - b);
  return Array.from(
    { length: crops },
    (_, index) =>
      sorted[Math.floor(sorted.length * (1 - 0.5 ** ((10 * (index + 1)) / crops)))] ?? Number.POSITIVE_INFINITY,
  );
}
