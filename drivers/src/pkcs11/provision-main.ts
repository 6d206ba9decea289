import { becomeUser } from '../process/become-user.ts';
import type { OneAnswer, OneRequest } from '../process/call-once.ts';
import { closeInheritedHandles } from '../process/close-inherited.ts';
import { flattenError } from '../process/failure.ts';
import { dieWithParent } from '../process/watch-parent.ts';
import { loadPkcs11Module } from './load-module.ts';
import type { Pkcs11TokenContents } from './provisioning.ts';
import { writePkcs11Token } from './write-token.ts';

/** The process of provisionPkcs11Token: one request, one answer. */

function perform({ user, folder, request }: OneRequest): OneAnswer {
  const contents = request as Pkcs11TokenContents;
  try {
    loadPkcs11Module(contents.label);
    becomeUser(user, folder);
    return { type: 'result', value: writePkcs11Token(contents) };
  } catch (error) {
    return { type: 'failure', error: flattenError(error) };
  }
}

closeInheritedHandles();
dieWithParent();
process.once('disconnect', () => process.exit(0));
process.once('message', (message: OneRequest) => {
  // Whoever asked ends this process once it has the answer.
  process.send?.(perform(message), undefined, undefined, () => undefined);
});
