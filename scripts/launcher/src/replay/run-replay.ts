import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Chalk } from 'chalk';
import type { Report } from '@octant/trading/backtest/report';
import { timeframeMs } from '@octant/trading/market/timeframe';
import type { StartFlags } from '../command-line.js';
import { configFolder } from '../desk/config-overlay.js';
import { assertStrategyLists, chooseStrategy, readDeskConfig } from '../desk/desk-config.js';
import type { DeskClient, RunRequest } from '../desk/desk-client.js';
import type { Session } from '../desk/desk-overview.js';
import { openDesk, takeDesk, type OpenDesk } from '../desk/open-desk.js';
import type { LaunchContext } from '../launch-context.js';
import { showDesk, type DeskEvents } from '../screen/show-desk.js';
import { dropLeftovers, openReplayFolder } from './leftovers.js';
import { ReplayProgress } from './progress.js';
import { readSeries, type Series } from './read-series.js';
import { renderReport } from './render-report.js';
import { newReplayId, replayDesk } from './replay-id.js';
import { showProgress } from './show-progress.js';

const SOURCE = 'replay';
const POLL_MS = 250;
/** Most candles that one ingest request carries. */
const CHUNK = 5000;

/** Replays candle files through all eight agents, and reports. */
export async function runReplay(flags: StartFlags, files: readonly string[], context: LaunchContext): Promise<void> {
  const { say } = context;
  const config = readDeskConfig(context.configSource);
  const strategy = chooseStrategy(flags.strategy ?? config.orchestrator.strategy, config);
  const timeframe = flags.timeframe ?? config.orchestrator.timeframe;
  const { symbol: symbols = [], from: fromMs, to: toMs } = flags;
  const series = readSeries({ files, symbols, timeframe, fromMs, toMs }, config);
  assertStrategyLists(
    series.map(({ symbol }) => symbol),
    strategy,
    config,
  );
  const wanted: RunRequest = {
    symbols: series.map(({ symbol }) => symbol),
    timeframe,
    mode: flags.mode ?? config.orchestrator.mode,
    strategy: strategy.name,
    source: SOURCE,
    ...(fromMs === undefined ? {} : { fromMs }),
    ...(toMs === undefined ? {} : { toMs }),
  };
  const events: DeskEvents = { lines: [], onAdd: say };
  const desk = await openReplayDesk({ flags, context, wanted, events, strategyFile: strategy.file });
  const report = await replay({ desk, series, wanted, candleMs: timeframeMs(timeframe), context });
  const title = `Replay of ${wanted.symbols.join(' ')} ${timeframe}, ${wanted.strategy}, ${wanted.mode}`;
  deliver(report.report, { flags, title, context });
  if (!context.isTerminal || flags.exit === true || flags.json === true) return;
  await showDesk(desk, { context, events, sessionId: report.sessionId, withScreen: flags.screen });
}

interface ReplayDeskOptions {
  readonly flags: StartFlags;
  readonly context: LaunchContext;
  readonly wanted: RunRequest;
  readonly events: DeskEvents;
  readonly strategyFile: ReturnType<typeof chooseStrategy>['file'];
}

async function openReplayDesk({ flags, context, wanted, events, strategyFile }: ReplayDeskOptions): Promise<OpenDesk> {
  const { files, closing, say } = context;
  const id = newReplayId(Date.now());
  const name = replayDesk(id);
  const isKept = flags.keep === true;
  const options = {
    ...context,
    basePort: flags.basePort,
    desk: name,
    disposable: !isKept,
    onEvent: (text: string) => {
      events.lines.push({ atMs: Date.now(), text });
      events.onAdd(text);
    },
    configFolder: '',
  };
  await takeDesk(options, closing);
  const folder = openReplayFolder(files.run, id, isKept);
  closing.add(() => {
    rmSync(folder, { recursive: true, force: true });
    if (isKept) say(`Kept: Redis prefix ${name.prefix}, PostgreSQL schema ${name.schema}`);
  });
  const overlay = configFolder(context.configSource, join(folder, 'config'), {
    feesBps: flags.feesBps,
    slippageBps: flags.slippageBps,
    strategy: strategyFile,
    datasource: { name: SOURCE, document: { exchange: 'replay', market: 'spot', symbols: wanted.symbols } },
  });
  const desk = await openDesk({ ...options, configFolder: overlay }, closing);
  const dropped = await dropLeftovers(files.run, desk.servers, id);
  if (dropped.length > 0) say(`Dropped what killed replays had left: ${dropped.join(', ')}`);
  return desk;
}

interface ReplayOptions {
  readonly desk: OpenDesk;
  readonly series: readonly Series[];
  readonly wanted: RunRequest;
  readonly candleMs: number;
  readonly context: LaunchContext;
}

async function replay(options: ReplayOptions): Promise<{ sessionId: string; report: Report }> {
  const { series, wanted, context } = options;
  const { client } = options.desk;
  const progress = new ReplayProgress(series, options.candleMs);
  await ingest(options);
  const startedAt = performance.now();
  const sessionId = await client.run(wanted);
  context.say(`Replaying ${progress.total} candles as session ${sessionId}`);
  const view = showProgress(progress.total, context);
  try {
    await awaitEnd(client, sessionId, {
      signal: context.signal,
      onSession: (session) => {
        view.update(progress.done(session.lastCloseTimeMs), session.equityQuote);
      },
    });
  } finally {
    view.stop();
  }
  const wallMs = Math.round(performance.now() - startedAt);
  return { sessionId, report: { ...(await client.report(sessionId)), wallMs } };
}

async function ingest({ desk, series, wanted, context }: ReplayOptions): Promise<void> {
  for (const { symbol, candles } of series) {
    for (let start = 0; start < candles.length; start += CHUNK) {
      context.signal.throwIfAborted();
      const chunk = candles.slice(start, start + CHUNK);
      await desk.client.ingest(SOURCE, { symbol, timeframe: wanted.timeframe, candles: chunk });
    }
  }
}

async function awaitEnd(
  client: DeskClient,
  sessionId: string,
  options: { signal: AbortSignal; onSession: (session: Session) => void },
): Promise<void> {
  for (;;) {
    const session = await client.session(sessionId);
    options.onSession(session);
    if (session.status === 'finished') return;
    if (session.status !== 'running') {
      throw new Error(
        `expected the replay to finish, was ${session.status}: ${session.failure ?? 'stopped by somebody'}`,
      );
    }
    await sleep(POLL_MS, undefined, { signal: options.signal }).catch(() => undefined);
    options.signal.throwIfAborted();
  }
}

function deliver(
  report: Report,
  { flags, title, context }: { flags: StartFlags; title: string; context: LaunchContext },
): void {
  const text = `${JSON.stringify(report, null, 2)}\n`;
  for (const file of [flags.report, flags.json]) {
    if (typeof file !== 'string') continue;
    writeFileSync(file, text);
    context.say(`Report written to ${file}`);
  }
  if (flags.json === true) process.stdout.write(text);
  else context.say(renderReport(report, title, new Chalk()));
}
