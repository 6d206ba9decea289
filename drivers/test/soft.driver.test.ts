import { describeDriver } from './driver-suite.ts';
import { startSoft } from './soft-under-test.ts';

describeDriver('the soft driver in this process', () => startSoft('in-process'));
describeDriver('the soft driver in its host', () => startSoft('hosted'));
