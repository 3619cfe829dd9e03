import { auditCandleCsv } from '@octant/trading/market/audit-candle-csv';
import { CANDLE_REMARKS, CandleAudit, type CandleAuditReport } from '@octant/trading/market/audit-candles';
import { asInputError, chooseSymbol } from '../desk/desk-config.js';
import { InputError } from '../interruption.js';
import { readPages, type CandleDepot } from './candle-depot.js';
import type { VerifyFlags } from './command-line.js';
import type { DataContext, DataResult } from './data-context.js';
import { timeframeOfFile } from './file-timeframe.js';
import { openDepot } from './open-depot.js';
import { readCandleText } from './read-candle-text.js';
import { renderAudit, type VerifiedCandles } from './render-audit.js';
import { matchSeries, nothingStored, type WantedSeries } from './select-series.js';

/** `verify`: every check on files, or on stored candles. */
export async function verifyCandles(flags: VerifyFlags, context: DataContext): Promise<DataResult> {
  const audits = flags.files.length > 0 ? verifyFiles(flags) : await verifyStored(flags, context);
  const verified = audits.map((one) => ({ ...one, ok: isFine(one.report, flags.strict === true) }));
  const ok = verified.every((one) => one.ok);
  const text = verified.length === 0 ? 'Nothing is stored' : verified.map(renderAudit).join('\n');
  return { json: { verified, ok }, text, ok };
}

type Audited = Omit<VerifiedCandles, 'ok'>;

function isFine(report: CandleAuditReport, strict: boolean): boolean {
  return report.isSound && !(strict && CANDLE_REMARKS.some((remark) => report.remarks[remark].count > 0));
}

function verifyFiles(flags: VerifyFlags): readonly Audited[] {
  const stray = (['symbol', 'source', 'from', 'to', 'live', 'url'] as const).find((name) => flags[name] !== undefined);
  if (stray !== undefined) throw new InputError(`--${stray}: expected for stored candles, was with a file`);
  return flags.files.map((file) => {
    const text = readCandleText(file);
    const timeframe = flags.timeframe ?? timeframeOfFile(file, text);
    try {
      return { what: file, timeframe, report: auditCandleCsv(text, { file, timeframe, shown: flags.show }) };
    } catch (error) {
      throw asInputError(error);
    }
  });
}

async function verifyStored(flags: VerifyFlags, context: DataContext): Promise<readonly Audited[]> {
  const symbols = (flags.symbol ?? []).map((text) => chooseSymbol(text, context.config));
  const { source, timeframe } = flags;
  const open = {
    ...(source === undefined ? {} : { source }),
    ...(timeframe === undefined ? {} : { timeframe }),
  };
  const wanted: readonly WantedSeries[] =
    symbols.length === 0 ? [open] : symbols.map((symbol) => ({ ...open, symbol }));
  const depot = await openDepot(flags, context);
  const stored = await depot.list();
  const audits: Audited[] = [];
  for (const one of wanted) {
    const found = matchSeries(stored, one);
    if (found.length === 0 && Object.keys(one).length > 0) throw nothingStored(stored, one);
    for (const series of found) {
      const what = `${series.source} ${series.symbol} ${series.timeframe}`;
      const report = await auditStored(series, { depot, flags, context });
      audits.push({ what, timeframe: series.timeframe, report });
    }
  }
  return audits;
}

interface AuditParts {
  readonly depot: CandleDepot;
  readonly flags: VerifyFlags;
  readonly context: DataContext;
}

async function auditStored(
  series: Parameters<CandleDepot['read']>[0],
  { depot, flags, context }: AuditParts,
): Promise<CandleAuditReport> {
  const audit = new CandleAudit(series.timeframe, { shown: flags.show });
  for await (const page of readPages(depot, series, { fromMs: flags.from, toMs: flags.to })) {
    context.signal.throwIfAborted();
    for (const candle of page) audit.add(candle);
  }
  return audit.finish();
}
