import type { WorkerDeath } from '../crew.js';
import type { Outage } from '../killable-server.js';
import type { WorkerEvent } from '../processes/event-log.js';

/** Times from a worker's death to the first handling, by another process, of an entry that it held. */
export interface TakeoverFigures {
  readonly samples: number;
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  readonly mostMs: number | null;
  /** The 99th percentile of those that met an outage of Redis or PostgreSQL on their way: not in the others. */
  readonly p99MsInOutages: number | null;
}

/**
 * An entry is held when it is pending for the dead worker at Redis, who is asked between its death and its next start. The
 * handling is the `started` that a process wrote to its log. Not counted: entries that wait for a retry anyway; those that
 * need no handler (unparseable, or answered by a marker); and a death whose entry another death caught before it was
 * handled, since the second one starts the clock again.
 */
export function measureTakeovers(facts: {
  readonly deaths: readonly WorkerDeath[];
  readonly events: readonly WorkerEvent[];
  readonly outages: readonly Outage[];
}): TakeoverFigures {
  const takeovers = findTakeovers(facts.deaths, groupByEntry(facts.events));
  const meets = ({ fromMs, toMs }: Outage): boolean =>
    facts.outages.some((outage) => outage.fromMs <= toMs && outage.toMs >= fromMs);
  const quiet = takeovers.filter((takeover) => !meets(takeover)).map(durationOf);
  return {
    samples: quiet.length,
    p50Ms: quantile(quiet, 0.5),
    p99Ms: quantile(quiet, 0.99),
    mostMs: quantile(quiet, 1),
    p99MsInOutages: quantile(takeovers.filter(meets).map(durationOf), 0.99),
  };
}

type Takeover = Outage;

function durationOf({ fromMs, toMs }: Takeover): number {
  return toMs - fromMs;
}

function findTakeovers(
  deaths: readonly WorkerDeath[],
  byEntry: ReadonlyMap<string, readonly WorkerEvent[]>,
): readonly Takeover[] {
  const deathsOf = new Map<string, number[]>();
  for (const { atMs, held } of deaths) for (const entry of held ?? []) push(deathsOf, keyOf(entry), atMs);
  return deaths.flatMap((death) =>
    (death.held ?? []).flatMap((entry) => {
      const toMs = takenOverAt(death, byEntry.get(keyOf(entry)) ?? []);
      const { atMs: fromMs } = death;
      const diedAgain = deathsOf.get(keyOf(entry))?.some((atMs) => atMs > fromMs && atMs <= (toMs ?? 0)) ?? false;
      return toMs === undefined || diedAgain ? [] : [{ fromMs, toMs }];
    }),
  );
}

/** First handling of an entry by another process; undefined when it waited for a retry, or needed no handling. */
function takenOverAt({ pid, atMs }: WorkerDeath, events: readonly WorkerEvent[]): number | undefined {
  const last = events.filter((event) => event.pid === pid && event.atMs <= atMs).at(-1);
  if (last?.kind === 'failed') return undefined;
  return events.find((event) => event.kind === 'started' && event.pid !== pid && event.atMs >= atMs)?.atMs;
}

function groupByEntry(events: readonly WorkerEvent[]): ReadonlyMap<string, readonly WorkerEvent[]> {
  const byEntry = new Map<string, WorkerEvent[]>();
  for (const event of events) push(byEntry, keyOf(event), event);
  for (const list of byEntry.values()) list.sort((a, b) => a.atMs - b.atMs);
  return byEntry;
}

function keyOf({ group, entryId }: { readonly group: string; readonly entryId: string }): string {
  return `${group} ${entryId}`;
}

function push<Value>(lists: Map<string, Value[]>, key: string, value: Value): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}

/** Null without values. */
function quantile(values: readonly number[], q: number): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? null;
}
