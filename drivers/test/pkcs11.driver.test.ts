import { requireReal } from '../../tools/src/test-setup/require-real.ts';
import { describeDriver } from './driver-suite.ts';
import { pkcs11Library, pkcs11Parts } from './pkcs11-parts.ts';
import { startPkcs11 } from './pkcs11-under-test.ts';

requireReal(pkcs11Parts, pkcs11Library())('SoftHSM2 through PKCS#11', (library) => {
  describeDriver('in this process', () => startPkcs11(library, 'in-process'));
  describeDriver('in its host', () => startPkcs11(library, 'hosted'));
});
