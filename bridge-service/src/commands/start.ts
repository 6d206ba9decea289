import { readConfig } from '../config.ts';
import { startService } from '../main.ts';

/** Runs the service until it is told to stop. Prints where it listens and, on a first start, the administrator's code. */
export async function runStart(environment: Readonly<Record<string, string | undefined>>): Promise<void> {
  const config = readConfig(environment);
  const service = await startService(config, environment);
  const { administratorCode: code, url, port } = service;
  if (config.machineOutput) {
    if (code !== null) printEvent({ event: 'administrator-code', program: 'service', ...code });
    printEvent({ event: 'listening', program: 'service', url, port });
  } else {
    process.stdout.write(`互认服务已启动 / the service listens on ${url}\n接口文档 / API pages: ${url}/docs\n`);
    if (code !== null)
      process.stdout.write(
        `\n尚无管理员。请在 ${code.expiresAt} 前凭此一次性代码创建首位管理员：\n` +
          `There is no administrator yet. Make the first one with this one-time code before ${code.expiresAt}:\n\n` +
          `    ${code.code}\n\n    POST ${url}/v1/administrators  {"code":"…","name":"…"}\n\n`,
      );
  }
  await untilToldToStop();
  const late = setTimeout(() => process.exit(1), config.shutdownTimeoutMs);
  late.unref();
  await service.stop();
}

function printEvent(event: object): void {
  process.stdout.write(`${JSON.stringify(event)}\n`);
}

/** Ctrl-C reaches a whole group of processes and is often passed on as well: twice within this time is once. */
const sameSignalMs = 1_000;

/** Ctrl-C, `kill`, or the end of the terminal. Being told again later means: do not wait. */
function untilToldToStop(): Promise<void> {
  return new Promise((resolve) => {
    let toldAt: number | null = null;
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      process.on(signal, () => {
        if (toldAt !== null && performance.now() - toldAt > sameSignalMs) process.exit(1);
        toldAt ??= performance.now();
        resolve();
      });
  });
}
