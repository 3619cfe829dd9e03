import { Gauge, Histogram, type Registry } from 'prom-client';
import { pnlOf } from '@octant/trading/portfolio/ledger';
import type { OrchestratorSettings } from '../config.js';
import { haltReasonOf, type Desk } from './desk-state.js';

/** The desk's own figures for Prometheus. */
export function deskMetrics(registry: Registry) {
  const gauge = (name: string, help: string, labelNames: string[] = []) =>
    new Gauge({ name, help, labelNames, registers: [registry] });
  const decision = new Histogram({
    name: 'decision_duration_seconds',
    help: 'From the publication of a candle to the order that it led to.',
    buckets: [0.005, 0.01, 0.015, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers: [registry],
  });
  const equity = gauge('equity_quote', 'Equity of the account in quote currency.');
  const pnl = gauge('pnl_day_quote', 'PnL since 00:00 UTC in quote currency.');
  const ratio = gauge('pnl_day_ratio', 'PnL since 00:00 UTC over the equity at 00:00 UTC.');
  const lossLimit = gauge('pnl_day_loss_limit_ratio', 'Loss of the day at which new exposure is halted.');
  const halted = gauge('trading_halted', 'Whether new exposure is halted, by reason.', ['reason']);
  const sessions = gauge('sessions_running', 'Sessions that are open: candles are expected for their symbols.');
  return {
    observeDecision: (ms: number): void => {
      decision.observe(ms / 1000);
    },
    observeDesk: (desk: Desk, settings: OrchestratorSettings): void => {
      lossLimit.set(settings.dailyLossLimitRatio);
      sessions.set(desk.runningSessionIds.length);
      halted.reset();
      const reason = haltReasonOf(desk);
      halted.set({ reason: haltLabelOf(desk) }, reason === null ? 0 : 1);
      if (desk.ledger === null) return;
      const figures = pnlOf(desk.ledger);
      equity.set(Number(figures.equityQuote));
      pnl.set(Number(figures.pnlQuote));
      ratio.set(figures.pnlRatio);
    },
  };
}

/** A bounded label: an admin's free text does not become one. */
function haltLabelOf(desk: Desk): string {
  if (desk.adminHalt !== null) return 'admin';
  return desk.ledger?.day.haltReason ?? 'none';
}
