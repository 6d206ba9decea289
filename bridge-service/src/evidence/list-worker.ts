// The thread that reads long revocation lists: every entry checked and indexed, the signature verified.
import { parentPort } from 'node:worker_threads';
import { parsePublicKey } from '@onelock/core/crypto';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { CodedError, isCodedError } from '@onelock/core/errors';
import { defaultRevocationPolicy, prepareCertificateList } from '@onelock/core/revocation';
import type { ListAnswer, ListTask } from './list-thread.ts';

const ops = createNodeCrypto();

function answerTo({ id, der, keys }: ListTask): ListAnswer {
  try {
    const readable = keys.flatMap((spki) => {
      try {
        return [parsePublicKey(spki)];
      } catch (error) {
        if (isCodedError(error)) return [];
        throw error;
      }
    });
    return { id, prepared: prepareCertificateList(der, readable, defaultRevocationPolicy.digests, ops) };
  } catch (error) {
    if (error instanceof CodedError) return { id, coded: { code: error.code, params: error.params } };
    return { id, failure: String(error) };
  }
}

parentPort?.on('message', (task: ListTask) => parentPort?.postMessage(answerTo(task)));
