import type { Outgoing } from '@octant/platform/bus/message';
import type { HandlerResult } from '@octant/platform/bus/subscription';
import type { LiveWork } from './live-work.js';
import type { LiveDesk } from './live-desk.js';

/** Work in the bus's transaction. `act` answers what is to be published, given what the work has said. */
export function inHandler(
  desk: Pick<LiveDesk, 'store'>,
  act: (work: LiveWork, said: readonly Outgoing[]) => Promise<readonly Outgoing[]>,
): HandlerResult {
  let acts: (() => void)[] = [];
  return {
    transaction: (sql) => {
      const said: Outgoing[] = [];
      acts = [];
      const work: LiveWork = {
        live: desk.store.within(sql),
        say: (messages) => {
          said.push(...messages);
          return Promise.resolve();
        },
        onCommitted: (after) => {
          acts.push(after);
        },
      };
      return act(work, said);
    },
    onCommitted: () => {
      for (const after of acts) after();
    },
  };
}
