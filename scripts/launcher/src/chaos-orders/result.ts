import Table from 'cli-table3';
import type { ChaosOrdersFlags } from './command-line.js';
import type { Death } from './executor-process.js';
import type { OrderFault } from './plan/faults.js';
import type { ChaosVenue } from './plan/market.js';
import { violationKinds, type ViolationKind, type Violations } from './truth/judge-orders.js';
import type { BookedOrder } from './truth/ledgers.js';

export interface DoneFault {
  readonly fault: OrderFault;
  readonly cameAbout: boolean;
}

/** What a venue's run came to. */
export interface VenueRun {
  readonly venue: ChaosVenue;
  readonly digest: string;
  readonly orders: readonly BookedOrder[];
  readonly fills: number;
  /** Without those that the run planted. */
  readonly venueOrders: number;
  readonly venueFills: number;
  readonly done: readonly DoneFault[];
  readonly deaths: readonly Death[];
  /** How often each fault of the exchange struck. */
  readonly fired: Readonly<Record<string, number>>;
  readonly stoppedInOrder: boolean;
  readonly violations: Violations;
}

export interface VenueResult {
  readonly digest: string;
  readonly orders: number;
  /** Orders by their last state. */
  readonly byState: Readonly<Record<string, number>>;
  /** Orders that ended with a reason, by its beginning. */
  readonly byReason: Readonly<Record<string, number>>;
  readonly venueOrders: number;
  readonly fills: number;
  readonly venueFills: number;
  readonly faults: number;
  /** Faults that never came about, by kind. */
  readonly missed: Readonly<Record<string, number>>;
  readonly fired: Readonly<Record<string, number>>;
  readonly deaths: number;
  /** Deaths that nobody caused. */
  readonly strayDeaths: number;
  readonly stoppedInOrder: boolean;
  readonly violations: Violations;
}

/** What `npm run chaos:orders` prints with `--json`. */
export interface ChaosOrdersResult {
  readonly seed: number;
  readonly tookMs: number;
  readonly venues: Readonly<Partial<Record<ChaosVenue, VenueResult>>>;
  /** How often the executor died at each crash point, all venues together. */
  readonly crashPoints: Readonly<Record<string, number>>;
  /** Crash points at which it never died. */
  readonly unreached: readonly string[];
  readonly ok: boolean;
  readonly wrong: readonly string[];
}

export interface RunFigures {
  readonly flags: ChaosOrdersFlags;
  readonly points: readonly string[];
  readonly runs: readonly VenueRun[];
  readonly tookMs: number;
}

/** Below this share of orders that went to the exchange a run shows little. */
const LEAST_SENT_SHARE = 0.5;
/** Crash faults below which not every point can have its turn. */
const TURNS = 2;

export function resultOf({ flags, points, runs, tookMs }: RunFigures): ChaosOrdersResult {
  const deaths = runs.flatMap((run) => run.deaths.flatMap(({ point }) => (point === null ? [] : [point])));
  const crashPoints = countOf(deaths);
  const unreached = points.filter((point) => crashPoints[point] === undefined);
  const planned = runs.flatMap(({ done }) => done.filter(({ fault }) => fault.kind === 'crash_point'));
  const wrong = runs.flatMap((run) => [...wrongOf(run), ...(flags.quick === true ? [] : tooFewSent(run))]);
  if (flags.quick !== true && planned.length >= TURNS * points.length && unreached.length > 0) {
    wrong.push(`crash points never reached: ${unreached.join(', ')}`);
  }
  const venues = Object.fromEntries(runs.map((run) => [run.venue, figuresOf(run)]));
  return { seed: flags.seed, tookMs, venues, crashPoints, unreached, ok: wrong.length === 0, wrong };
}

function wrongOf(run: VenueRun): readonly string[] {
  const { venue, violations, stoppedInOrder } = run;
  const wrong = (Object.keys(violationKinds) as ViolationKind[]).flatMap((kind) => {
    const ids = violations[kind];
    return ids.length === 0 ? [] : [`${venue}: ${ids.length} ${violationKinds[kind]}: ${ids.slice(0, 5).join('; ')}`];
  });
  if (!stoppedInOrder) wrong.push(`${venue}: the executor had to be killed in the end`);
  const stray = run.deaths.filter(isStray).length;
  if (stray > 0) wrong.push(`${venue}: ${stray} deaths that nobody caused`);
  return wrong;
}

function tooFewSent({ venue, orders, venueOrders }: VenueRun): readonly string[] {
  const toSend = orders.filter(({ isWhole }) => !isWhole).length;
  if (venueOrders >= toSend * LEAST_SENT_SHARE) return [];
  return [`${venue}: only ${venueOrders} of ${toSend} orders went to the exchange, which shows little`];
}

function isStray({ point, killed }: Death): boolean {
  return point === null && !killed;
}

function figuresOf(run: VenueRun): VenueResult {
  const { digest, orders, venueOrders, fills, venueFills, done, fired, stoppedInOrder, violations, deaths } = run;
  return {
    ...{ digest, orders: orders.length, byState: countOf(orders.map(({ state }) => state)) },
    byReason: countOf(
      orders.flatMap(({ state, reason }) => (reason === null ? [] : [`${state}: ${beginningOf(reason)}`])),
    ),
    ...{ venueOrders, fills, venueFills, faults: done.length, fired, stoppedInOrder, violations },
    missed: countOf(done.filter(({ cameAbout }) => !cameAbout).map(({ fault }) => nameOf(fault))),
    deaths: deaths.length,
    strayDeaths: deaths.filter(isStray).length,
  };
}

/** Without its numbers. */
function beginningOf(reason: string): string {
  return reason.replace(/\d[\d.]*/g, 'N').slice(0, 60);
}

function nameOf(fault: OrderFault): string {
  if (fault.kind === 'crash_point') return fault.point;
  if (fault.kind === 'venue') return [fault.rule.fault, fault.rule.endpoint].filter(Boolean).join(' of ');
  return fault.kind;
}

function countOf(names: readonly string[]): Readonly<Record<string, number>> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** For people. */
export function renderChaosOrders(result: ChaosOrdersResult): string {
  const table = new Table({
    head: ['Venue', 'Orders', 'At the exchange', 'Fills', 'Booked', 'Faults', 'Deaths', 'States'],
    style: { head: [], border: [] },
  });
  for (const [venue, figures] of Object.entries(result.venues)) {
    const { orders, venueOrders, venueFills, fills, faults, deaths, byState } = figures;
    const states = Object.entries(byState).map(([state, n]) => `${n} ${state}`);
    table.push([venue, ...[orders, venueOrders, venueFills, fills, faults, deaths].map(String), states.join('\n')]);
  }
  const points = Object.entries(result.crashPoints).map(([point, n]) => `${point} ${n}`);
  const missed = Object.entries(result.venues).flatMap(([venue, figures]) =>
    Object.entries(figures.missed).map(([name, n]) => `${n} ${name} at ${venue}`),
  );
  return [
    `Seed ${result.seed}, ${Math.round(result.tookMs / 1000)} s`,
    table.toString(),
    `Died at: ${points.join(', ')}`,
    ...(missed.length > 0 ? [`Did not come about: ${missed.join(', ')}`] : []),
    ...(result.unreached.length > 0 ? [`Never died at: ${result.unreached.join(', ')}`] : []),
    result.ok ? 'No order lost, doubled or forgotten; every balance equal.' : `WRONG:\n  ${result.wrong.join('\n  ')}`,
  ].join('\n');
}
