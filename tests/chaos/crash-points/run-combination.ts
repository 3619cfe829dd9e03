import type { CrashDesk } from './crash-desk.js';
import type { Ledger } from './ledger.js';
import type { ProcessPool, WorkerProcess } from './process-pool.js';
import { type Combination, type Situation, situations } from './situations.js';

/** Long enough to tell that a handler does not end by itself. */
const SHORT_GRACE_MS = 50;

/**
 * Runs a desk to the crash point, lets the fault befall the process there, and lets it, a new process of its name or one
 * beside it finish the work. Returns what the servers then have. @throws when the point was not reached.
 */
export async function runCombination(pool: ProcessPool, desk: CrashDesk, combination: Combination): Promise<Ledger> {
  const { point, fault } = combination;
  const situation: Situation = situations[combination.situation];
  await desk.prepare();
  const taken: WorkerProcess[] = [];
  const start = (...job: Parameters<CrashDesk['job']>): WorkerProcess => {
    const process = pool.take();
    taken.push(process);
    process.run(desk.job(...job));
    return process;
  };
  const armed = situation.provoke === undefined;
  const first = start('a', { point, how: fault, skip: situation.skip ?? 0, armed });
  await provoke(situation, desk, first);
  await first.heard('reached');
  if (situation.flushThere === true) await desk.flush();
  await desk.openGate();
  if (fault === 'kill') await seeKilled(first, point);
  if (fault === 'stall') await goOnBeside(situation, desk, { first, start });
  else if (fault === 'kill' || situation.provoke === 'stop') start('a');
  await desk.settled();
  await Promise.all(taken.map((process) => process.stop()));
  for (const process of taken) pool.giveBack(process);
  return desk.ledger();
}

/**
 * Redis was emptied, and the stalled process goes on alone; or another one takes over, and the stalled one goes on when that
 * has all in hand, or has done it.
 */
async function goOnBeside(
  { beside = false, flushThere = false }: Situation,
  desk: CrashDesk,
  parts: { first: WorkerProcess; start: (...job: Parameters<CrashDesk['job']>) => WorkerProcess },
): Promise<void> {
  const { first, start } = parts;
  if (flushThere) {
    first.goOn();
    await first.heard('went on');
    return;
  }
  const second = start('b', beside ? { point: 'handle.before', how: 'stall', skip: 0, armed: true } : undefined);
  if (beside) await second.heard('reached');
  else await desk.done('the second process');
  first.goOn();
  await first.heard('went on');
  await first.heard('turned', 'stopped');
  if (beside) second.goOn();
}

async function provoke(situation: Situation, desk: CrashDesk, process: WorkerProcess): Promise<void> {
  if (situation.provoke === 'flush') {
    await desk.done('the process');
    await process.arm();
    await desk.flush();
  } else if (situation.provoke === 'stop') {
    await process.heard('holding');
    await process.arm();
    process.tellToStop(SHORT_GRACE_MS);
  }
}

async function seeKilled(process: WorkerProcess, point: string): Promise<void> {
  const end = await process.exited;
  if (end !== 'SIGKILL') throw new Error(`expected a process killed at ${point}, ended with ${String(end)}`);
}
