import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import Type, { type Static } from 'typebox';
import { Compile } from 'typebox/compile';
import { writeFileAtomically } from '../dispatch/write-file-atomically.ts';

const format = 'onelock-reminders/1';
const Content = Type.Object(
  {
    format: Type.Literal(format),
    /** Digest of site and certificate → the smallest threshold told, and when (ms) the certificate ends. */
    told: Type.Record(
      Type.String({ maxLength: 64 }),
      Type.Object({ days: Type.Integer(), ends: Type.Number() }, { additionalProperties: false }),
    ),
  },
  { additionalProperties: false },
);
const files = Compile(Content);
type Told = Static<typeof Content>['told'];

const maxTold = 5_000;

/** Which site was told of which certificate's end, and how near that was; also across a restart. */
export class ToldThresholds {
  readonly #file: string;
  #told: Told;

  /** A file that cannot be understood costs a reminder that comes twice, and nothing else. */
  constructor(stateDir: string) {
    this.#file = path.join(stateDir, 'reminders.json');
    this.#told = read(this.#file);
  }

  wasTold(origin: string, certificate: Uint8Array, days: number): boolean {
    const known = this.#told[keyOf(origin, certificate)];
    return known !== undefined && known.days <= days;
  }

  async tell(origin: string, certificate: Uint8Array, days: number, notAfter: Date, now: Date): Promise<void> {
    const kept = Object.entries(this.#told).filter(([, { ends }]) => ends > now.getTime());
    const told = {
      ...Object.fromEntries(kept.slice(-maxTold)),
      [keyOf(origin, certificate)]: { days, ends: notAfter.getTime() },
    };
    this.#told = told;
    await writeFileAtomically(this.#file, `${JSON.stringify({ format, told })}\n`);
  }
}

function keyOf(origin: string, certificate: Uint8Array): string {
  return createHash('sha256').update(`${origin}\n`).update(certificate).digest('base64url');
}

function read(file: string): Told {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return files.Check(value) ? value.told : {};
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code !== undefined) return {};
    throw error;
  }
}
