import { Socket } from 'node:net';
import type { SessionId, TokenDriver } from '../port/index.ts';
import {
  decodeToHost,
  encodeSignatures,
  FrameReader,
  longestFrame,
  type Numbered,
  type SignJob,
  signPipe,
} from './sign-frames.ts';
import { StayAwake } from './stay-awake.ts';

/** What signs, and who hears of a signature that failed; null until the driver is there: nobody may ask before. */
export interface Signer {
  readonly driver: TokenDriver;
  failed(id: number, error: unknown): void;
}

/** A token that signs in less is asked again at once: the next train is awaited awake, see stay-awake.ts. */
const quickMs = 2;

/** What is done in this time is told together: for quick tokens telling costs a part of what a signature does. */
const togetherMs = 2;
const togetherCount = 8;

/**
 * The host's end of the pipe of signatures: each lane's one after the other, told as soon as a few are there, or a moment has passed.
 *
 * @param broken  called when the agent says what it must not, or is gone
 */
export function serveSignatures(signer: () => Signer | null, broken: () => never): void {
  const pipe = new Socket({ fd: signPipe, readable: true, writable: true });
  const reader = new FrameReader(longestFrame.toHost);
  const lanes = new Map<string, Promise<void>>();
  const awake = new StayAwake(0.5);
  let job: SignJob | null = null;

  async function signAll({ driver, failed }: Signer, asked: SignJob, { first, parts }: Numbered): Promise<void> {
    const { session, identityId, algorithm, kind } = asked;
    let signatures: Uint8Array[] = [];
    const beganAt = performance.now();
    let toldAt = beganAt;
    let next = first;
    const tellThese = (): void => {
      if (signatures.length > 0) pipe.write(encodeSignatures({ first: next - signatures.length, parts: signatures }));
      signatures = [];
      toldAt = performance.now();
    };
    for (const bytes of parts) {
      try {
        signatures.push(await driver.sign(session as SessionId, identityId, algorithm, { kind, bytes }));
        next += 1;
      } catch (error) {
        tellThese();
        failed(next, error);
        next += 1;
      }
      if (signatures.length >= togetherCount || performance.now() - toldAt >= togetherMs) tellThese();
    }
    tellThese();
    if ((performance.now() - beganAt) / parts.length < quickMs) awake.expect();
  }

  function queue(inputs: Numbered): void {
    const able = signer();
    if (able === null || job === null) broken();
    const asked = job;
    const before = lanes.get(asked.lane);
    const mine = before === undefined ? signAll(able, asked, inputs) : before.then(() => signAll(able, asked, inputs));
    lanes.set(asked.lane, mine);
    void mine.then(() => {
      if (lanes.get(asked.lane) === mine) lanes.delete(asked.lane);
    });
  }

  pipe.on('data', (piece: Buffer) => {
    for (const frame of reader.read(piece) ?? broken()) {
      const said = decodeToHost(frame) ?? broken();
      if ('job' in said) job = said.job;
      else queue(said.inputs);
    }
  });
  pipe.on('error', broken);
  pipe.on('close', broken);
}
