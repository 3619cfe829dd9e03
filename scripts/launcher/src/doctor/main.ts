import { fileURLToPath } from 'node:url';
import { resolveSecretFiles } from '@octant/platform/config/secret-files';
import { HelpShown } from '../command-line.js';
import { asInputError } from '../desk/desk-config.js';
import { InputError } from '../interruption.js';
import { collectFacts } from './collect-facts.js';
import { parseDoctorFlags, type DoctorFlags } from './command-line.js';
import { planDoctor } from './doctor-plan.js';
import { countByStatus, examine, exitCodeOf } from './examine.js';
import { readHostFacts } from './read-host-facts.js';
import { renderFindings } from './render-findings.js';

/** `npm run ops -- doctor`. Resolves to the exit code: 0 nothing failed, 1 something did, 2 bad input. */
export async function main(argv: readonly string[]): Promise<number> {
  try {
    return await doctor(parseDoctorFlags(argv));
  } catch (error) {
    if (error instanceof HelpShown) return 0;
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return error instanceof InputError ? 2 : 1;
  }
}

async function doctor(flags: DoctorFlags): Promise<number> {
  const root = fileURLToPath(new URL('../../../..', import.meta.url)).replace(/\/$/, '');
  const plan = planDoctor(root, environment());
  const facts = await collectFacts(plan, await readHostFacts(root, plan, flags.facts));
  const findings = examine(flags.checks, facts);
  const exitCode = exitCodeOf(findings, { strict: flags.strict === true });
  const answer = {
    desk: facts.desk,
    at: new Date(facts.nowMs).toISOString(),
    exitCode,
    counts: countByStatus(findings),
    findings,
  };
  process.stdout.write(`${flags.json === true ? JSON.stringify(answer, null, 2) : renderFindings(findings)}\n`);
  return exitCode;
}

function environment(): Readonly<Record<string, string | undefined>> {
  try {
    return resolveSecretFiles(process.env).env;
  } catch (error) {
    throw asInputError(error);
  }
}
