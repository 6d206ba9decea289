import { deserialize, serialize } from 'node:v8';
import Type, { type Static } from 'typebox';
import { Compile } from 'typebox/compile';
import { limits, maxSignatureBytes, signParams } from './methods.ts';

/**
 * What crosses the pipe of signatures, which agent and host have beside their channel: there a message costs as much as a quick
 * token's signature, here a tenth of it. A frame is the length of what follows (4 bytes, big-endian), one byte of kind, and a body.
 */

/** Where the host has its end. */
export const signPipe = 4;

/** Signatures that are asked for, or told, in one frame at most. */
export const maxTrain = 16;

/** What the signatures that are asked for from now on are to be: a job holds until the next. */
const SignJobSchema = Type.Object(
  {
    lane: Type.String({ maxLength: 256 }),
    session: signParams.session,
    identityId: signParams.identityId,
    algorithm: signParams.algorithm,
    kind: signParams.kind,
  },
  { additionalProperties: false },
);
export type SignJob = Static<typeof SignJobSchema>;
const signJob = Compile(SignJobSchema);

/** Byte strings whose numbers follow each other from `first` on: what is to be signed, or signatures. */
export interface Numbered {
  readonly first: number;
  /** 1 to {@link maxTrain}. */
  readonly parts: readonly Uint8Array[];
}

interface PartSize {
  readonly least: number;
  readonly most: number;
}

const inputSize: PartSize = { least: 0, most: limits.signInputBytes };
const signatureSize: PartSize = { least: 1, most: maxSignatureBytes };

const kinds = { job: 1, inputs: 2, signatures: 3 } as const;
const lengthBytes = 4;
const headBytes = 1 + 8 + 2;
/** The longest identifier of an SM2 signer has 8191 bytes; the rest of a job is names. */
const jobBytes = 16_384;
const headsBytes = headBytes + lengthBytes * maxTrain;
/** Of inputs that travel in one frame, unless a single one is longer. */
export const inputsBytes = 1024 * 1024;

/** Longest frames, without the four bytes of their length. */
export const longestFrame = {
  toHost: headsBytes + Math.max(limits.signInputBytes, inputsBytes),
  fromHost: headsBytes + maxTrain * maxSignatureBytes,
} as const;

export type FrameToHost = { readonly job: SignJob } | { readonly inputs: Numbered };

export const encodeJob = (job: SignJob): Uint8Array => {
  const body = serialize(job);
  const frame = Buffer.allocUnsafe(lengthBytes + 1 + body.length);
  frame.writeUInt32BE(1 + body.length);
  frame[lengthBytes] = kinds.job;
  frame.set(body, lengthBytes + 1);
  return frame;
};
export const encodeInputs = (inputs: Numbered): Uint8Array => encodeNumbered(kinds.inputs, inputs);
export const encodeSignatures = (signatures: Numbered): Uint8Array => encodeNumbered(kinds.signatures, signatures);

/** @returns null where it is no such frame */
export function decodeToHost(frame: Buffer): FrameToHost | null {
  if (frame[0] === kinds.job) {
    const job = frame.length > jobBytes ? null : decodeJob(frame.subarray(1));
    return job === null ? null : { job };
  }
  const inputs = frame[0] === kinds.inputs ? decodeNumbered(frame, inputSize) : null;
  return inputs === null ? null : { inputs };
}

/** @returns null where it is no such frame */
export function decodeSignatures(frame: Buffer): Numbered | null {
  return frame[0] === kinds.signatures ? decodeNumbered(frame, signatureSize) : null;
}

function decodeJob(body: Buffer): SignJob | null {
  let job: unknown;
  try {
    job = deserialize(body);
  } catch {
    return null; // Whatever is wrong with it, it is no job.
  }
  return signJob.Check(job) ? job : null;
}

function encodeNumbered(kind: number, { first, parts }: Numbered): Uint8Array {
  const heads = headBytes + lengthBytes * parts.length;
  let length = heads;
  for (const part of parts) length += part.length;
  const frame = Buffer.allocUnsafe(lengthBytes + length);
  frame.writeUInt32BE(length);
  frame[lengthBytes] = kind;
  frame.writeDoubleBE(first, lengthBytes + 1);
  frame.writeUInt16BE(parts.length, lengthBytes + 9);
  let at = lengthBytes + heads;
  for (const [index, part] of parts.entries()) {
    frame.writeUInt32BE(part.length, lengthBytes + headBytes + lengthBytes * index);
    frame.set(part, at);
    at += part.length;
  }
  return frame;
}

/** Each part in memory of its own. */
function decodeNumbered(frame: Buffer, { least, most }: PartSize): Numbered | null {
  if (frame.length < headBytes) return null;
  const first = frame.readDoubleBE(1);
  const count = frame.readUInt16BE(9);
  let at = headBytes + lengthBytes * count;
  if (!Number.isSafeInteger(first) || first < 1 || count < 1 || count > maxTrain || frame.length < at) return null;
  const parts: Uint8Array[] = [];
  for (let index = 0; index < count; index += 1) {
    const length = frame.readUInt32BE(headBytes + lengthBytes * index);
    if (length < least || length > most || length > frame.length - at) return null;
    parts.push(new Uint8Array(frame.subarray(at, at + length)));
    at += length;
  }
  return at === frame.length ? { first, parts } : null;
}

/** Makes frames of the pieces in which a pipe brings them. */
export class FrameReader {
  readonly #longest: number;
  #held: Buffer[] = [];
  #heldBytes = 0;
  #wanted = 0;

  constructor(longest: number) {
    this.#longest = longest;
  }

  /** @returns the frames that are whole by now; null when one is longer than any may be, and nothing after it can be read */
  read(piece: Buffer): readonly Buffer[] | null {
    const bytes = this.#join(piece);
    if (bytes === null) return [];
    const frames: Buffer[] = [];
    let at = 0;
    let length = 0;
    while (bytes.length - at >= lengthBytes) {
      length = bytes.readUInt32BE(at);
      if (length < 1 || length > this.#longest) return null;
      if (bytes.length - at - lengthBytes < length) break;
      at += lengthBytes + length;
      frames.push(bytes.subarray(at - length, at));
      length = 0;
    }
    if (at < bytes.length) this.#hold(bytes.subarray(at), lengthBytes + length);
    return frames;
  }

  /** null while even the frame that is held is not whole. */
  #join(piece: Buffer): Buffer | null {
    if (this.#heldBytes === 0) return piece;
    this.#held.push(piece);
    this.#heldBytes += piece.length;
    if (this.#heldBytes < this.#wanted) return null;
    const bytes = Buffer.concat(this.#held);
    this.#held = [];
    this.#heldBytes = 0;
    return bytes;
  }

  #hold(rest: Buffer, wanted: number): void {
    this.#held = [rest];
    this.#heldBytes = rest.length;
    this.#wanted = wanted;
  }
}
