import type { ProviderTerms } from '@octant/platform/effects/decide-effect';
import type { TradeExecutorConfig } from '@octant/trading/config/agent-configs';
import type { VenueFeatures } from '@octant/venue/venue';

/** The `live` block as the code uses it: milliseconds and ratios. */
export interface LiveSettings {
  readonly quoteCurrency: string;
  /** At the venue's test network. */
  readonly sandbox: boolean;
  readonly sending: {
    readonly inFlight: number;
    readonly requestExpiryMs: number;
    readonly flightMs: number;
    readonly leaseMs: number;
    /** A buy that could not be sent for so long expires; a sell is tried on. */
    readonly buyWithinMs: number;
    readonly sweepMs: number;
    readonly retryCapMs: number;
  };
  /** Share of its notional that an open buy reserves on top, for slippage and fees. */
  readonly reserveRatio: number;
  readonly fills: {
    readonly pollMs: number;
    readonly overlapMs: number;
  };
  readonly ordersPollMs: number;
  /** How often the price is asked for while exits wait for one that nothing at the exchange watches. */
  readonly exits: { readonly pricePollMs: number };
  readonly algorithm: {
    readonly kind: 'none' | 'twap' | 'iceberg';
    /** Of the average hour's volume. */
    readonly aboveVolumeShare: number;
    readonly slices: number;
    readonly durationMs: number;
    readonly shownShare: number;
    readonly repriceMs: number;
    readonly finish: 'market' | 'leave';
  };
  readonly reconcile: {
    readonly everyMs: number;
    readonly lookbackMs: number;
    readonly unresolvedAfterMs: number;
    readonly orphans: 'cancel' | 'notice';
  };
  readonly clock: { readonly everyMs: number; readonly maxOffsetMs: number };
  readonly firstDays: { readonly days: number; readonly maxOrderQuote: string };
}

/** Most that the venue's clock and ours differ when a request is judged; more than that refuses new exposure. */
const CLOCK_SKEW_MS = 250;

export function liveSettingsOf(live: TradeExecutorConfig['live']): LiveSettings {
  const seconds = (value: number) => Math.round(value * 1000);
  return {
    quoteCurrency: live.quote_currency,
    sandbox: live.sandbox,
    sending: {
      inFlight: live.max_in_flight,
      requestExpiryMs: live.request_expiry_ms,
      flightMs: live.flight_ms,
      leaseMs: live.lease_ms,
      buyWithinMs: seconds(live.buy_within_seconds),
      sweepMs: live.sweep_ms,
      retryCapMs: seconds(live.retry_cap_seconds),
    },
    reserveRatio: live.reserve_pct / 100,
    fills: { pollMs: live.fills_poll_ms, overlapMs: seconds(live.fills_overlap_seconds) },
    ordersPollMs: live.orders_poll_ms,
    exits: { pricePollMs: live.exits.price_poll_ms },
    algorithm: {
      kind: live.algorithm.kind,
      aboveVolumeShare: live.algorithm.above_volume_pct / 100,
      slices: live.algorithm.slices,
      durationMs: seconds(live.algorithm.duration_seconds),
      shownShare: live.algorithm.shown_pct / 100,
      repriceMs: seconds(live.algorithm.reprice_seconds),
      finish: live.algorithm.finish,
    },
    reconcile: {
      everyMs: seconds(live.reconcile.every_seconds),
      lookbackMs: seconds(live.reconcile.lookback_hours * 3600),
      unresolvedAfterMs: seconds(live.reconcile.unresolved_after_seconds),
      orphans: live.reconcile.orphans,
    },
    clock: { everyMs: seconds(live.clock_every_seconds), maxOffsetMs: live.max_clock_offset_ms },
    firstDays: { days: live.first_days.days, maxOrderQuote: live.first_days.max_order_quote },
  };
}

/** How long a request may live, as the effect protocol wants it. */
export function providerTermsOf(
  settings: LiveSettings,
  venue: { readonly id: string; readonly features: VenueFeatures },
): ProviderTerms {
  const { requestExpiryMs, flightMs, leaseMs } = settings.sending;
  return {
    name: `${venue.id}.order`,
    ...(venue.features.requestExpiry ? { expiryMs: requestExpiryMs } : {}),
    clockSkewMs: CLOCK_SKEW_MS,
    flightMs,
    leaseMs,
  };
}

/** How long from the grant of a lease the venue may take a request that is sent under it; null: for ever. */
export function requestsMsOf(terms: ProviderTerms): number | null {
  return terms.expiryMs === undefined ? null : terms.leaseMs - terms.clockSkewMs - terms.flightMs;
}
