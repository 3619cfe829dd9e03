import { subscription, type Subscription } from '@octant/platform/bus/subscription';
import { streams } from '@octant/trading/messages/streams';
import { concernsExecutor } from './account/concerns-executor.js';
import { ACCOUNT_LANE, EXEC_GROUP, HALT_LANE, type ExecDesk } from './account/desk.js';
import type { LastPrices } from './account/last-prices.js';
import { onExecOrder } from './handlers/on-exec-order.js';
import { onLiveCandles } from './handlers/on-live-candles.js';
import { onLiveCommand } from './handlers/on-live-command.js';
import { onLiveOrder } from './handlers/on-live-order.js';
import { onMarketCandles } from './handlers/on-market-candles.js';
import { onOrchestratorCommand } from './handlers/on-orchestrator-command.js';
import type { LiveDesk } from './live/live-desk.js';

/** The account that the messages are for: the paper one, or one at an exchange. */
export type ExecAccountSide = { readonly paper: ExecDesk } | { readonly live: LiveDesk; readonly prices: LastPrices };

/**
 * What the executor listens to. The paper account changes in one lane; at an exchange nothing is decided in memory, and
 * orders of different symbols go side by side.
 */
export function executorSubscriptions(side: ExecAccountSide): readonly Subscription[] {
  const onOrder = 'paper' in side ? onExecOrder(side.paper) : onLiveOrder(side.live);
  const onCandles = 'paper' in side ? onMarketCandles(side.paper) : onLiveCandles(side.live, side.prices);
  const onCommand = 'paper' in side ? onOrchestratorCommand(side.paper) : onLiveCommand(side.live);
  const orders = streams['exec.orders'];
  const candles = streams['market.candles'];
  const commands = streams['orchestrator.commands'];
  return [
    subscription({
      group: EXEC_GROUP,
      orderedBy: 'paper' in side ? () => ACCOUNT_LANE : ({ symbol }) => symbol,
      stream: 'exec.orders',
      schema: orders.schema,
      handle: onOrder,
    }),
    subscription({
      group: EXEC_GROUP,
      orderedBy: () => ACCOUNT_LANE,
      stream: 'market.candles',
      schema: candles.schema,
      handle: onCandles,
    }),
    subscription({
      group: EXEC_GROUP,
      orderedBy: () => HALT_LANE,
      stream: 'orchestrator.commands',
      schema: commands.schema,
      accepts: concernsExecutor,
      handle: onCommand,
    }),
  ];
}
