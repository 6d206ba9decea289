import { rmSync } from 'node:fs';
import { onTestFinished } from 'vitest';
import { type AgentOptions, type AgentProcess, startAgentProcess } from './agent-process.ts';

/** An agent that does not outlive the test which starts it, however the test ends. To be called inside a test. */
export async function startAgentOfTest(options: AgentOptions = {}): Promise<AgentProcess> {
  const agent = await startAgentProcess(options);
  onTestFinished(async () => {
    const { child } = agent;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    if (child.exitCode === null && child.signalCode === null && child.kill('SIGKILL')) await gone;
    rmSync(agent.stateDir, { recursive: true, force: true, maxRetries: 5 });
  });
  return agent;
}
