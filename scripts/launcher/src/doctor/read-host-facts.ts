import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runProgram } from '../servers/run-program.js';
import type { DoctorPlan } from './doctor-plan.js';
import { HostFacts } from './host-facts.js';

const TIMEOUT_MS = 60_000;

/** The given file, standard input for `-`; for a local desk without one this machine is asked. */
export async function readHostFacts(root: string, plan: DoctorPlan, file: string | undefined): Promise<HostFacts> {
  if (file !== undefined) return new HostFacts(readFileSync(file === '-' ? 0 : file, 'utf8'));
  if (plan.desk === 'fleet') return new HostFacts('');
  const script = join(root, 'scripts', 'host', 'facts.sh');
  const { stdout } = await runProgram('bash', [script, 'local'], { cwd: root, timeoutMs: TIMEOUT_MS });
  return new HostFacts(stdout);
}
