import { softHsmLibrary } from '../../tools/src/test-setup/real-parts.ts';
import { requireReal } from '../../tools/src/test-setup/require-real.ts';
import { describeDriver } from './driver-suite.ts';
import { startPkcs11 } from './pkcs11-under-test.ts';

requireReal('SoftHSM2', softHsmLibrary())('SoftHSM2 through PKCS#11', (library) => {
  describeDriver('in this process', () => startPkcs11(library, 'in-process'));
  describeDriver('in its host', () => startPkcs11(library, 'hosted'));
});
