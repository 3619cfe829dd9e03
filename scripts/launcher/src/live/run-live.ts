import { join } from 'node:path';
import type { StartFlags } from '../command-line.js';
import { configFolder, type ConfigOverrides } from '../desk/config-overlay.js';
import { assertStrategyLists, chooseStrategy, chooseSymbol, readDeskConfig } from '../desk/desk-config.js';
import type { RunRequest } from '../desk/desk-client.js';
import type { DeskName } from '../desk/drop-desk.js';
import { openDesk, takeDesk } from '../desk/open-desk.js';
import { ensureSession } from '../desk/wanted-session.js';
import type { LaunchContext } from '../launch-context.js';
import { showDesk, type DeskEvents } from '../screen/show-desk.js';
import { checkExchange } from './check-exchange.js';

/** The simulated market and live data never share an account. */
export const SIMULATED: DeskName = { prefix: 'octant:', schema: 'octant' };
export const LIVE: DeskName = { prefix: 'octant-live:', schema: 'octant_live' };

interface Plan {
  readonly desk: DeskName;
  readonly wanted: RunRequest;
  readonly overrides: ConfigOverrides;
  /** The user named something of the session. */
  readonly isExplicit: boolean;
}

/** Runs the desk on the simulator or on live data until it is interrupted. */
export async function runLive(flags: StartFlags, context: LaunchContext): Promise<void> {
  const { files, say, signal, closing } = context;
  const plan = planSession(flags, context);
  if (flags.liveData !== undefined) {
    say(`Asking ${flags.liveData} for candles of ${plan.wanted.symbols.join(', ')}`);
    await checkExchange({ root: files.root, exchange: flags.liveData, ...plan.wanted });
    signal.throwIfAborted();
  }
  const events: DeskEvents = { lines: [], onAdd: say };
  const options = {
    ...context,
    basePort: flags.basePort,
    desk: plan.desk,
    configFolder: '',
    onEvent: (text: string) => {
      events.lines.push({ atMs: Date.now(), text });
      events.onAdd(text);
    },
  };
  await takeDesk(options, closing);
  const folder = configFolder(context.configSource, join(files.run, 'config'), plan.overrides);
  const desk = await openDesk({ ...options, configFolder: folder }, closing);
  const { isExplicit } = plan;
  const sessionId = await ensureSession(desk.client, plan.wanted, { isExplicit, say });
  await showDesk(desk, { context, events, sessionId, withScreen: flags.screen });
}

function planSession(flags: StartFlags, context: LaunchContext): Plan {
  const config = readDeskConfig(context.configSource);
  const { orchestrator } = config;
  const strategy = chooseStrategy(flags.strategy ?? orchestrator.strategy, config);
  const symbols = (flags.symbol ?? orchestrator.symbols).map((text) => chooseSymbol(text, config));
  assertStrategyLists(symbols, strategy, config);
  const live = flags.liveData?.toLowerCase();
  const source = live === undefined ? orchestrator.datasource : `live_${live}`;
  const { symbol, timeframe, mode } = flags;
  return {
    desk: live === undefined ? SIMULATED : LIVE,
    wanted: {
      symbols,
      timeframe: timeframe ?? orchestrator.timeframe,
      mode: mode ?? orchestrator.mode,
      strategy: strategy.name,
      source,
    },
    overrides: {
      feesBps: flags.feesBps,
      slippageBps: flags.slippageBps,
      strategy: strategy.file,
      datasource:
        live === undefined ? undefined : { name: source, document: { exchange: live, market: 'spot', symbols } },
    },
    isExplicit: [symbol, timeframe, mode, flags.strategy, live].some((value) => value !== undefined),
  };
}
