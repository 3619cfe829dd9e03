import type { Incoming, StateEntry } from '@octant/platform/bus/message';
import type { HandlerResult } from '@octant/platform/bus/subscription';
import { timeframeMs } from '@octant/trading/market/timeframe';
import type { AdvanceCommand } from '../feeds/feed-commands.js';
import type { Feeds, OpenFeed, SimulatorPosition } from '../feeds/feeds.js';
import { positionKey } from '../feeds/feed-key.js';

export interface AdvancePorts {
  readonly feeds: Pick<Feeds, 'find' | 'closedMessage' | 'formingMessage' | 'publishLater' | 'closedSince'>;
  readonly readPosition: (sessionId: string) => Promise<StateEntry<SimulatorPosition>>;
}

/**
 * The step is done. A replay's next step is this handler's output; a simulator announces its forming candle, notes the position
 * with the acknowledgement, and closes the candle when its real time has passed. Live sources have their own pace: to them it
 * comes only after Redis was emptied, and what they have published since then is published again.
 */
export function onAdvance(ports: AdvancePorts): (message: Incoming<AdvanceCommand>) => Promise<HandlerResult> {
  return async ({ payload: { sessionId, closeTimeMs } }) => {
    const open = await ports.feeds.find(sessionId);
    if (open === undefined) return {};
    if (open.kind === 'live') return { messages: await ports.feeds.closedSince(open.spec, closeTimeMs) };
    const doneOpenMs = closeTimeMs - timeframeMs(open.spec.timeframe);
    if (open.kind === 'simulator') return advanceSimulator(ports, open, closeTimeMs);
    const step = await open.feed.stepAfter(doneOpenMs);
    return step === undefined ? {} : { messages: [ports.feeds.closedMessage(open.spec, step)] };
  };
}

async function advanceSimulator(
  ports: AdvancePorts,
  { spec, feed, everyMs }: Extract<OpenFeed, { kind: 'simulator' }>,
  closeTimeMs: number,
): Promise<HandlerResult> {
  const { version, value } = await ports.readPosition(spec.sessionId);
  if (value !== undefined && value.advancedCloseTimeMs >= closeTimeMs) return {};
  const step = feed.stepAfter(closeTimeMs - timeframeMs(spec.timeframe));
  const position: SimulatorPosition = { advancedCloseTimeMs: closeTimeMs };
  return {
    messages: [ports.feeds.formingMessage(spec, step)],
    state: [{ key: positionKey(spec.sessionId), expectedVersion: version, value: position }],
    onCommitted: () => {
      ports.feeds.publishLater(spec, step, everyMs);
    },
  };
}
