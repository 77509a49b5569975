import { spawn } from 'node:child_process';
import { findGpioTools, type GpioLine } from './gpio-tools';

/** Makes a line active for a time. It ends by itself, whatever becomes of this process. */
export async function givePulse(line: GpioLine, forMs: number, env: NodeJS.ProcessEnv): Promise<void> {
  const tools = await findGpioTools(env);
  const { program, args } = await tools.pulse(line, forMs);
  await new Promise<void>((resolve, reject) => {
    const child = spawn(program, args, { env, detached: true, stdio: ['ignore', 'ignore', 'pipe'] });
    let complaint = '';
    child.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`line ${line.name} gave no pulse: ${complaint.trim() || `exit ${code}`}`));
    });
  });
}
