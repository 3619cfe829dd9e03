// A process that runs one desk's worker after the other, and is killed, robbed of an answer or stopped at a crash point.
import { writeSync } from 'node:fs';
import { startProgram } from './program.js';

const TURNS_AFTER_STALL = 3;

let program;
let fault;
let hits = 0;
let armed = false;
let struck = false;
let turnsLeft = 0;

process.on('disconnect', () => process.exit(1));
process.on('message', (word) => {
  act(word).catch((error) => {
    process.stderr.write(`${error.stack}\n`);
    process.exit(1);
  });
});

async function act(word) {
  if (word.kind === 'run') {
    ({ fault } = word.job);
    [hits, struck, turnsLeft] = [0, false, 0];
    armed = fault?.armed ?? false;
    program = startProgram(word.job, { failpoint, tell });
    await program;
  } else if (word.kind === 'arm') {
    armed = true;
    tell({ kind: 'armed' });
  } else {
    await (await program).stop(word.graceMs);
    tell({ kind: 'stopped' });
  }
}

/** Written at once, so that a SIGKILL right after does not swallow it. */
function tell(word) {
  writeSync(1, `${JSON.stringify(word)}\n`);
}

function failpoint(point) {
  countTurn(point);
  if (fault === undefined || struck || !armed || point !== fault.point) return undefined;
  hits += 1;
  if (hits <= fault.skip) return undefined;
  struck = true;
  tell({ kind: 'reached' });
  return strike();
}

function strike() {
  switch (fault.how) {
    case 'kill':
      process.kill(process.pid, 'SIGKILL');
      return new Promise(() => undefined);
    case 'drop':
      return Promise.reject(new Error('read ECONNRESET'));
    default:
      // The whole process stands still, its heartbeats and timers too, until somebody sends SIGCONT.
      process.kill(process.pid, 'SIGSTOP');
      tell({ kind: 'went on' });
      turnsLeft = TURNS_AFTER_STALL;
      return undefined;
  }
}

/** A process that stood still has had time to do what it was about to, and more, after some turns of its sweep. */
function countTurn(point) {
  if (turnsLeft === 0 || point !== 'sweep.after') return;
  turnsLeft -= 1;
  if (turnsLeft === 0) tell({ kind: 'turned' });
}
