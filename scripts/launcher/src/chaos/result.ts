import Table from 'cli-table3';
import type { DoneFault } from './inject-faults.js';
import type { Fault, PlannedFault } from './plan/schedule.js';
import type { Ledger } from './truth/ledger.js';
import type { TakeoverFigures } from './truth/takeover.js';
import type { Watch } from './watch-invariants.js';

/** What `npm run chaos` prints with `--json`. */
export interface ChaosResult extends Ledger {
  readonly seed: number;
  readonly messages: number;
  readonly workers: number;
  readonly takeoverP99Ms: number | null;
  /** From the end of load and faults until nothing was left to do; null when that did not come about. */
  readonly drainedMs: number | null;
  readonly loadMs: number;
  readonly schedule: {
    readonly digest: string;
    readonly byKind: Readonly<Partial<Record<Fault['kind'], number>>>;
    /** As planned: the same for the same seed and numbers. */
    readonly faults: readonly PlannedFault[];
    /** As they came about. */
    readonly done: readonly DoneFault[];
  };
  /** Deaths of workers, those by killer messages among them. */
  readonly workerDeaths: number;
  readonly takeover: TakeoverFigures;
  readonly watch: Watch;
  /** Handlers that ran beside another one of their key in one process. */
  readonly overlaps: number;
  /** Every process ended by itself when it was asked to. */
  readonly stoppedInOrder: boolean;
  readonly ok: boolean;
}

/** What is wrong with a run, in words; empty when nothing is. */
export function findFaults(result: Omit<ChaosResult, 'ok'>): readonly string[] {
  const { offenders } = result;
  const wrong: readonly (readonly [boolean, string])[] = [
    [result.lost > 0, `${result.lost} lost`],
    [result.duplicateEffects > 0, `${result.duplicateEffects} effects too many`],
    [result.published !== result.messages, `${result.messages - result.published} messages never published`],
    [result.dlqPrecision < 1, `dead letters that should not be: ${offenders.wronglyDead.length}`],
    [result.dlqRecall < 1, `poisonous messages that are no dead letters: ${offenders.notDead.length}`],
    [offenders.otherReasons.length > 0, `dead letters for another reason: ${offenders.otherReasons.length}`],
    [offenders.counters.length > 0, `counters that are wrong: ${offenders.counters.length}`],
    [result.drainedMs === null, 'not drained'],
    [result.watch.violations.length > 0, `effects seen twice: ${result.watch.violations.length}`],
    [result.overlaps > 0, `${result.overlaps} handlers beside another of their key`],
    [!result.stoppedInOrder, 'a process had to be killed in the end'],
  ];
  return wrong.flatMap(([is, words]) => (is ? [words] : []));
}

/** For people. */
export function renderChaos(result: ChaosResult): string {
  const style = { head: [], border: [] };
  const kinds = new Table({ head: ['Effect', 'Published', 'Done', 'Dead', 'Lost', 'Doubled'], style });
  for (const [kind, { published, done, dead, lost, duplicateEffects }] of [
    ...Object.entries(result.kinds),
    ['all', result] as const,
  ]) {
    kinds.push([kind, published, done, dead, lost, duplicateEffects].map(String));
  }
  const { takeover, schedule, offenders } = result;
  const byKind = Object.entries(schedule.byKind).map(([kind, n]) => `${n} ${kind.replace('_', ' ')}`);
  const lists = Object.entries(offenders).flatMap(([sort, ids]) =>
    (ids as readonly string[]).length === 0 ? [] : [`${sort}: ${(ids as readonly string[]).join(', ')}`],
  );
  const wrong = findFaults(result);
  return [
    `Seed ${result.seed}, faults ${schedule.digest}: ${byKind.join(', ')}; ${result.workerDeaths} deaths of workers`,
    kinds.toString(),
    `Dead letters: precision ${result.dlqPrecision}, recall ${result.dlqRecall}`,
    `Takeover after a kill: p50 ${words(takeover.p50Ms)}, p99 ${words(takeover.p99Ms)} of ${takeover.samples}, ` +
      `p99 ${words(takeover.p99MsInOutages)} in outages`,
    `Load ${result.loadMs} ms, drained ${words(result.drainedMs)} after it; ${result.watch.samples} looks meanwhile`,
    ...lists,
    wrong.length === 0 ? 'Nothing lost, nothing doubled.' : `WRONG: ${wrong.join('; ')}`,
  ].join('\n');
}

function words(ms: number | null): string {
  return ms === null ? 'none' : `${ms} ms`;
}
