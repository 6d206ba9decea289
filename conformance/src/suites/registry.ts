import { bettertlsSuite } from './bettertls/bettertls-suite.ts';
import { fuzzSuite } from './fuzz/fuzz-suite.ts';
import { limboSuite } from './limbo/limbo-suite.ts';
import { ocspSuite } from './ocsp/ocsp-suite.ts';
import { opensslVerifySuite } from './openssl-verify/openssl-verify-suite.ts';
import { pkitsSuite } from './pkits/pkits-suite.ts';
import { type Suite, type SuiteName, suiteNames } from './suite.ts';
import { wycheproofSuite } from './wycheproof/wycheproof-suite.ts';

const suites: Readonly<Record<SuiteName, Suite>> = {
  wycheproof: wycheproofSuite,
  limbo: limboSuite,
  bettertls: bettertlsSuite,
  'openssl-verify': opensslVerifySuite,
  pkits: pkitsSuite,
  ocsp: ocspSuite,
  fuzz: fuzzSuite,
};

export const isSuiteName = (name: string): name is SuiteName => (suiteNames as readonly string[]).includes(name);

export const suiteByName = (name: SuiteName): Suite => suites[name];
