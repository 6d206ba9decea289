import { limboSuite } from './limbo/limbo-suite.ts';
import { type Suite, type SuiteName, suiteNames } from './suite.ts';
import { wycheproofSuite } from './wycheproof/wycheproof-suite.ts';

const suites: Readonly<Record<SuiteName, Suite>> = { wycheproof: wycheproofSuite, limbo: limboSuite };

export const isSuiteName = (name: string): name is SuiteName => (suiteNames as readonly string[]).includes(name);

export const suiteByName = (name: SuiteName): Suite => suites[name];
