import { seededRandom } from '@octant/trading/market/random';
import { z } from 'zod';

export const venueNames = ['binance', 'kraken'] as const;
export type VenueName = (typeof venueNames)[number];

/** What a request is about, whatever the venue calls it. */
// prettier-ignore
export const endpointKinds = [
  'place', 'cancel', 'cancel_all', 'amend', 'find', 'open_orders', 'orders', 'fills', 'balances',
  'rights', 'token', 'dead_man', 'time', 'markets', 'candles', 'ticker', 'status', 'other',
] as const;
export type EndpointKind = (typeof endpointKinds)[number];

/** Before the venue has done anything. */
const beforeAccept = [
  /** It lies on the way for `delayMs`, and is judged when it arrives. */
  'late_request',
  /** Never arrives, and nobody answers. */
  'lost_request',
  /** The connection ends without an answer. */
  'reset_before_accept',
  /** Answered with the venue's own words for being busy, or a gateway's page with `status`. */
  'refused_before_accept',
  /** Answered with 429, or the venue's own words for it. */
  'rate_limited',
  /** Answered with 418 and from then on for `delayMs` (10 s). */
  'banned',
] as const;

/** The venue has done what it was asked for. */
const afterAccept = [
  /** Nobody answers. */
  'timeout_after_accept',
  /** Answered with the venue's own words for not knowing, or a gateway's page with `status`. */
  'error_after_accept',
  /** The connection ends without an answer. */
  'dropped_reply',
  /** It ends in the middle of the answer. */
  'cut_reply',
  /** Answered after `delayMs`. */
  'slow_reply',
] as const;

/** About events over the socket. */
const onEvents = [
  'duplicate_event',
  /** It comes after the one that follows it. */
  'reordered_event',
  'lost_event',
  /** It comes after `delayMs`. */
  'late_event',
  /** From then on the socket says nothing more, and stays open. */
  'silent_socket',
  'closed_socket',
] as const;

/** `share` of what is left trades, at the touches that it is about. */
const onFills = ['partial_fill'] as const;

export type RequestFault = (typeof beforeAccept)[number] | (typeof afterAccept)[number];
export type EventFault = (typeof onEvents)[number];

export const faultRuleSchema = z
  .strictObject({
    fault: z.enum([...beforeAccept, ...afterAccept, ...onEvents, ...onFills]),
    venue: z.enum(venueNames).optional(),
    /** Of requests; every kind where it is not given. */
    endpoint: z.enum(endpointKinds).optional(),
    account: z.string().optional(),
    /** Which of the calls that it is about, from 1. */
    calls: z.array(z.int().positive()).readonly().optional(),
    /** Or each with this probability, drawn from the seed. */
    probability: z.number().min(0).max(1).optional(),
    /** At most so often. */
    times: z.int().positive().optional(),
    delayMs: z.int().min(0).max(600_000).optional(),
    status: z.int().min(500).max(599).optional(),
    share: z.number().gt(0).max(1).optional(),
  })
  .refine((rule) => rule.calls === undefined || rule.probability === undefined, {
    message: 'expected calls or probability, was both',
  });

/** One thing that goes wrong; without `calls` and `probability` it does each time. */
export type FaultRule = z.infer<typeof faultRuleSchema>;
export type FaultName = FaultRule['fault'];

/** A fault that struck. */
export interface FiredFault {
  readonly rule: FaultRule;
  /** Which of the calls that its rule is about. */
  readonly call: number;
  readonly what: string;
}

interface RunningRule {
  readonly rule: FaultRule;
  readonly random: () => number;
  calls: number;
  fired: number;
}

interface Occasion {
  readonly venue: VenueName;
  readonly account: string | undefined;
  readonly endpoint?: EndpointKind;
  readonly what: string;
}

/** Decides what goes wrong. Each rule counts and draws for itself, so that the same calls in the same order meet the same faults. */
export class FaultScript {
  readonly #seed: string;
  #rules: RunningRule[] = [];
  readonly #fired: FiredFault[] = [];

  constructor(seed: number | string) {
    this.#seed = String(seed);
  }

  /** In place of those before; counts start again. */
  replace(rules: readonly FaultRule[]): void {
    this.#rules = rules.map((rule, index) => ({
      rule: faultRuleSchema.parse(rule),
      random: seededRandom(`${this.#seed}:${index}:${rule.fault}`),
      ...{ calls: 0, fired: 0 },
    }));
  }

  /** All that struck so far, in order. */
  fired(): readonly FiredFault[] {
    return this.#fired;
  }

  /** What befalls a request; at most one before and one after it is accepted. */
  ofRequest(occasion: Occasion & { readonly endpoint: EndpointKind }): { before?: FaultRule; after?: FaultRule } {
    const before = this.#first(beforeAccept, occasion);
    const after = before === undefined || before.fault === 'late_request' ? this.#first(afterAccept, occasion) : before;
    return { ...(before && { before }), ...(after && after !== before && { after }) };
  }

  ofEvent(occasion: Occasion): FaultRule | undefined {
    return this.#first(onEvents, occasion);
  }

  /** Share of what is left that trades. */
  fillShare(occasion: Occasion): number {
    return this.#first(onFills, occasion)?.share ?? 1;
  }

  /** All of these rules count the call; the first that strikes is it. */
  #first(faults: readonly FaultName[], occasion: Occasion): FaultRule | undefined {
    let first: FaultRule | undefined;
    for (const running of this.#rules) {
      if (!faults.includes(running.rule.fault) || !isAbout(running.rule, occasion)) continue;
      running.calls += 1;
      if (!strikes(running) || first !== undefined) continue;
      running.fired += 1;
      first = running.rule;
      this.#fired.push({ rule: first, call: running.calls, what: occasion.what });
    }
    return first;
  }
}

function isAbout(rule: FaultRule, { venue, account, endpoint }: Occasion): boolean {
  if (rule.venue !== undefined && rule.venue !== venue) return false;
  if (rule.account !== undefined && rule.account !== account) return false;
  return rule.endpoint === undefined || rule.endpoint === endpoint;
}

function strikes({ rule, random, calls, fired }: RunningRule): boolean {
  // Drawn whether or not it may strike, so that a limit does not change what comes later.
  const isDrawn = rule.probability === undefined || random() < rule.probability;
  if (rule.times !== undefined && fired >= rule.times) return false;
  return isDrawn && (rule.calls === undefined || rule.calls.includes(calls));
}
