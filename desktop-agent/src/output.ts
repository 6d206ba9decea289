import { wirePath } from '@onelock/core/contract';
import type { AgentConfig } from './config.ts';

/** What the agent says on standard output: for a program one JSON object a line, for a person two sentences. */
export interface Output {
  listening(port: number): void;
  window(url: string): void;
}

export function createOutput(form: AgentConfig['output'], write: (text: string) => void): Output {
  if (form === 'json') {
    const line = (event: object): void => write(`${JSON.stringify(event)}\n`);
    return {
      listening: (port) => line({ event: 'listening', program: 'agent', port }),
      window: (url) => line({ event: 'window', url }),
    };
  }
  return {
    listening: (port) =>
      write(`一锁通代理已启动 / the OneLock agent is listening: ws://127.0.0.1:${port}${wirePath}\n`),
    window: (url) => write(`请在浏览器中打开以确认（仅一次有效）/ open once in a browser to confirm:\n  ${url}\n`),
  };
}
