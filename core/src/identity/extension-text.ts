import {
  contextConstructed,
  contextPrimitive,
  type DerNode,
  readDer,
  stringTypeOf,
  stringValue,
} from '../asn1/index.ts';
import { utf8Decode } from '../bytes/index.ts';
import { isCodedError } from '../errors/index.ts';

/** A text in an extension and the number of the context tag it stood under, if any. */
export interface TaggedText {
  readonly text: string;
  /** Alternative of a CHOICE, e.g. 0 = resident card in identifyCode; undefined for an untagged string. */
  readonly alternative: number | undefined;
}

/**
 * The text of a Chinese identity extension (GM/T 0015, GB/T 20518). The standards do not say whether the tags of
 * identifyCode are IMPLICIT or EXPLICIT, and CAs in use also put text in without any DER around it: a DER string first,
 * then one under a context tag, explicit or implicit, then the raw bytes as UTF-8.
 *
 * @param value contents of the extension's OCTET STRING
 * @returns undefined when no printable text is there
 */
export function extensionText(value: Uint8Array): TaggedText | undefined {
  const found = quietly(() => derText(readDer(value))) ?? rawText(value);
  if (found === undefined) return undefined;
  const text = found.text.trim();
  return text === '' || /\p{Cc}/u.test(text) ? undefined : { ...found, text };
}

function derText(node: DerNode): TaggedText | undefined {
  if (stringTypeOf(node) !== undefined) return { text: stringValue(node), alternative: undefined };
  for (const alternative of [0, 1, 2]) {
    if (node.tag === contextConstructed(alternative)) return { text: stringValue(node.nested()), alternative };
    if (node.tag === contextPrimitive(alternative)) return { text: utf8Decode(node.content), alternative };
  }
  return undefined;
}

function rawText(value: Uint8Array): TaggedText | undefined {
  const text = quietly(() => utf8Decode(value));
  return text === undefined ? undefined : { text, alternative: undefined };
}

/** What a certificate says wrongly about its subject is as good as unsaid: nothing here decides about trust. */
function quietly<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (isCodedError(error)) return undefined;
    throw error;
  }
}
