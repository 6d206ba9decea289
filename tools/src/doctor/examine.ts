import { accessSync, constants, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { connect } from 'node:net';
import path from 'node:path';
import { agentPorts } from '@onelock/core/contract';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { checkout } from '../tasks/checkout.ts';
import { chromiumExecutable, opensslCommand, softHsmLibrary } from '../test-setup/real-parts.ts';
import { examineDrivers } from './examine-drivers.ts';
import type { Finding } from './finding.ts';

const servicePort = 18960;
const tradingSitePort = 18961;

/** Looks at everything once; nothing is changed. */
export async function examineComputer(): Promise<readonly Finding[]> {
  return [
    runtime(),
    cryptography(),
    stateFolder(),
    pkcs11Binding(),
    softHsm(),
    windowBrowser(),
    openssl(),
    await port('port-service', servicePort, '互认服务', 'bridge-service'),
    await port('port-trading-site', tradingSitePort, '演示交易网站', 'demonstration trading site'),
    await agentDoor(),
    ...(await examineDrivers()),
  ];
}

function runtime(): Finding {
  const fits = Number(process.versions.node.split('.')[0]) >= 24;
  const found = `Node ${process.version}, ${process.platform}-${process.arch}`;
  return {
    id: 'runtime',
    state: fits ? 'ok' : 'problem',
    zh: { title: '运行环境', found, ...(fits ? {} : { fix: '需要 Node 24，请运行 npm start 自动安装' }) },
    en: { title: 'Runtime', found, ...(fits ? {} : { fix: 'Node 24 is needed: npm start installs it' }) },
  };
}

function cryptography(): Finding {
  try {
    const { engine } = createNodeCrypto();
    return {
      id: 'cryptography',
      state: 'ok',
      zh: { title: '密码引擎自检', found: `${engine} 通过` },
      en: { title: 'Cryptographic self-test', found: `${engine} passed` },
    };
  } catch (error) {
    const found = String(error);
    return {
      id: 'cryptography',
      state: 'problem',
      zh: { title: '密码引擎自检', found, fix: '请重新安装；若仍失败请联系支持' },
      en: { title: 'Cryptographic self-test', found, fix: 'Install again; if it still fails, contact support' },
    };
  }
}

function stateFolder(): Finding {
  const folder = path.join(checkout, '.onelock');
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
    return {
      id: 'state-folder',
      state: 'ok',
      zh: { title: '数据目录', found: `${folder} 可写` },
      en: { title: 'State folder', found: `${folder} can be written` },
    };
  } catch (error) {
    const found = `${folder}: ${String(error)}`;
    return {
      id: 'state-folder',
      state: 'problem',
      zh: { title: '数据目录', found, fix: '请检查目录权限' },
      en: { title: 'State folder', found, fix: 'Check the permissions of the folder' },
    };
  }
}

function pkcs11Binding(): Finding {
  const title = { zh: 'PKCS#11 组件', en: 'PKCS#11 binding' };
  try {
    createRequire(path.join(checkout, 'drivers/package.json'))('pkcs11js');
    return {
      id: 'pkcs11-binding',
      state: 'ok',
      zh: { title: title.zh, found: '已编译' },
      en: { title: title.en, found: 'compiled' },
    };
  } catch (error) {
    const found = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    return {
      id: 'pkcs11-binding',
      state: 'missing',
      zh: {
        title: title.zh,
        found,
        fix: '需要 C++ 编译器、make 和 Python 3；安装后删除 node_modules/.onelock-installed 再运行 npm start',
      },
      en: {
        title: title.en,
        found,
        fix: 'It needs a C++ compiler, make and Python 3; then delete node_modules/.onelock-installed and run npm start',
      },
    };
  }
}

function softHsm(): Finding {
  return optional(
    'softhsm2',
    '演示用 PKCS#11 介质 (SoftHSM2)',
    'PKCS#11 token for the demonstration (SoftHSM2)',
    softHsmLibrary(),
    'softhsm2',
  );
}

function windowBrowser(): Finding {
  return optional(
    'window-browser',
    '确认窗口所用浏览器',
    'Browser for the confirmation windows',
    chromiumExecutable(),
    'chromium',
  );
}

function openssl(): Finding {
  return optional(
    'openssl',
    'OpenSSL 命令（测试中的第二意见）',
    'OpenSSL command (the second opinion in tests)',
    opensslCommand(),
    'openssl',
  );
}

function optional(id: string, zh: string, en: string, found: string | undefined, debianPackage: string): Finding {
  if (found !== undefined) return { id, state: 'ok', zh: { title: zh, found }, en: { title: en, found } };
  return {
    id,
    state: 'missing',
    zh: { title: zh, found: '未找到', fix: `可安装：apt-get install ${debianPackage}` },
    en: { title: en, found: 'not found', fix: `Install it: apt-get install ${debianPackage}` },
  };
}

async function port(id: string, number: number, zh: string, en: string): Promise<Finding> {
  const taken = await answers(number);
  return {
    id,
    state: 'ok',
    zh: { title: `${zh}端口 ${number}`, found: taken ? '已有程序在监听' : '空闲' },
    en: { title: `Port ${number} of the ${en}`, found: taken ? 'a program is listening' : 'free' },
  };
}

async function agentDoor(): Promise<Finding> {
  const taken = (await Promise.all(agentPorts.map(async (number) => ((await answers(number)) ? number : 0)))).filter(
    (number) => number !== 0,
  );
  const allTaken = taken.length === agentPorts.length;
  const list = agentPorts.join(', ');
  return {
    id: 'agent-ports',
    state: allTaken ? 'problem' : 'ok',
    zh: {
      title: `代理端口 ${list}`,
      found: taken.length === 0 ? '全部空闲' : `占用：${taken.join(', ')}`,
      ...(allTaken ? { fix: '四个端口都被占用，请关闭占用它们的程序' } : {}),
    },
    en: {
      title: `Agent ports ${list}`,
      found: taken.length === 0 ? 'all free' : `taken: ${taken.join(', ')}`,
      ...(allTaken ? { fix: 'All four ports are taken: close the programs that hold them' } : {}),
    },
  };
}

function answers(number: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port: number, timeout: 500 });
    const finish = (result: boolean): void => {
      socket.destroy();
      resolve(result);
    };
    socket.once('connect', () => finish(true));
    socket.once('error', () => finish(false));
    socket.once('timeout', () => finish(false));
  });
}
