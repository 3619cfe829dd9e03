import type { Operations } from '@octant/platform/http/operation';
import type { Clock } from '@octant/platform/time/clock';
import type { GuardianSettings } from './config.js';
import { silentForMs } from './decide-watch.js';
import type { Guard } from './open-guard.js';

export interface StatusParts {
  readonly settings: GuardianSettings;
  readonly guard: Guard | undefined;
  readonly idleReason: string | undefined;
  readonly clock: Clock;
}

/** `GET /guardian/status`. */
export function statusRoutes(parts: StatusParts): Operations {
  return { getGuardianStatus: () => ({ status: 200, body: statusOf(parts) }) };
}

function statusOf({ settings, guard, idleReason, clock }: StatusParts): Record<string, unknown> {
  const { exchange, afterMs, calmMs, flatten, quote } = settings;
  const configured = { exchange, afterMs, calmMs, flatten, quote };
  if (guard === undefined) return { ...configured, phase: 'idle', idleReason };
  const nowMs = clock.monotonic();
  const watch = guard.watch();
  const isIdle = watch.phase === 'idle';
  const { woundMs, isUsed } = guard.deadMan;
  return {
    ...configured,
    phase: watch.phase,
    ...(isIdle ? { idleReason: 'no executor was seen that trades live, or it has stopped on purpose' } : {}),
    ...(isIdle ? {} : { silentMs: Math.round(silentForMs(watch, nowMs)) }),
    deadMan: { used: isUsed, ...(woundMs === undefined ? {} : { woundMsAgo: Math.round(nowMs - woundMs) }) },
    ...(guard.rights() === undefined ? {} : { keyRights: guard.rights() }),
    ...(guard.trip() === undefined ? {} : { lastTrip: guard.trip() }),
  };
}
