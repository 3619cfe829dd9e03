import { setTimeout as sleep } from 'node:timers/promises';
import type { Lane } from './lane.js';
import type { OrderFault, VenueFaultRule } from './plan/faults.js';

/** A crash point that does not come within so long is given up; it is counted as missed. */
const POINT_PATIENCE_MS = 14_000;
const FAULT_PATIENCE_MS = 8_000;
const POLL_MS = 25;
/** Orders that one fault may use up. */
const ORDERS_A_FAULT = 4;

/** Does one fault under load. Resolves to whether it came about. */
export async function doFault(lane: Lane, fault: OrderFault): Promise<boolean> {
  const { simulator, desk } = lane.parts;
  switch (fault.kind) {
    case 'crash_point':
      return dieAt(lane, fault.point);
    case 'kill':
      await lane.publish(2);
      await sleep(fault.afterMs);
      return killed(lane, () => {
        desk.process.kill();
      });
    case 'venue':
      return strike(lane, fault.rule);
    case 'maintenance':
      await simulator.setMaintenance(fault.forMs);
      await lane.publish(2);
      return true;
    case 'clock_skew':
      await simulator.setClockSkew(fault.skewMs);
      await lane.publish(2);
      await sleep(fault.forMs);
      await simulator.setClockSkew(0);
      return true;
    case 'sockets':
      await simulator.sockets(fault.action);
      await lane.publish(2);
      return true;
    case 'orphan':
      await lane.plantOrphan();
      return true;
    case 'cancel_all':
      await lane.publish(2);
      await desk.command('/admin/trade/cancel-all', {});
      return true;
  }
}

async function strike(lane: Lane, rule: VenueFaultRule): Promise<boolean> {
  const { simulator } = lane.parts;
  const count = async (): Promise<number> => (await simulator.countFired()).get(rule.fault) ?? 0;
  const before = await count();
  await simulator.setFaults([rule]);
  if (rule.endpoint === 'cancel') await lane.parts.desk.command('/admin/trade/cancel-all', {});
  for (let used = 0; used < ORDERS_A_FAULT - 1; used += 1) await lane.publish(1);
  if (rule.endpoint === 'cancel') await lane.parts.desk.command('/admin/trade/cancel-all', {});
  const endMs = performance.now() + FAULT_PATIENCE_MS;
  while ((await count()) === before) {
    if (performance.now() > endMs) return false;
    await sleep(POLL_MS);
  }
  return true;
}

/** Arms the point and does what brings the executor to it. */
async function dieAt(lane: Lane, point: string): Promise<boolean> {
  const { desk, simulator } = lane.parts;
  const provoke = provocations[point.split('.')[0] ?? ''];
  if (point.startsWith('look-up')) {
    await simulator.setFaults([{ fault: 'dropped_reply', endpoint: 'place', times: 1 }]);
  }
  return killed(lane, async (isDead) => {
    desk.process.dieAt(point);
    for (let used = 0; used < ORDERS_A_FAULT && !isDead(); used += 1) {
      await lane.publish(1);
      if (used === 1) await provoke?.(lane);
    }
    // What has to be repeated for want of something to do, such as a cancel when nothing was open.
    const endMs = performance.now() + POINT_PATIENCE_MS;
    for (let nextMs = performance.now() + 3000; !isDead() && performance.now() < endMs; await sleep(POLL_MS)) {
      if (performance.now() < nextMs) continue;
      nextMs += 3000;
      await lane.publish(1);
      await provoke?.(lane);
    }
    desk.process.dieAt(null);
  });
}

const cancelAll = (lane: Lane): Promise<void> => lane.parts.desk.tryCommand('/admin/trade/cancel-all', {});

const provocations: Readonly<Record<string, (lane: Lane) => Promise<void>>> = {
  cancel: cancelAll,
  admin: cancelAll,
  orphan: (lane) => lane.plantOrphan(),
  flatten: (lane) => lane.parts.desk.tryCommand('/admin/trade/flatten', {}),
};

/** Resolves to whether the executor died of it; it is up again, and adds exposure, when this resolves. */
async function killed(lane: Lane, deed: (isDead: () => boolean) => Promise<void> | void): Promise<boolean> {
  const { deaths } = lane.parts.desk.process;
  const before = deaths.length;
  const isDead = (): boolean => deaths.length > before;
  await deed(isDead);
  for (let tries = 0; tries < 20 && !isDead(); tries += 1) await sleep(POLL_MS);
  return isDead();
}
