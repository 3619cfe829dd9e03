/**
 * `idle`: no executor was seen that trades live, or it said that it does so no more. `watching`: it gives signs of life.
 * `alarm`: none came for a while. `acting`: none came for so long that orders are being cancelled. `tripped`: that is done.
 */
export type Phase = 'idle' | 'watching' | 'alarm' | 'acting' | 'tripped';

/** What is known of the executor; times are those of the guardian's monotonic clock, ms. */
export interface Watch {
  readonly phase: Phase;
  /** When it was last known to have beaten as one that trades live. */
  readonly lastBeatMs: number;
  /** The last such beat by Redis' clock, epoch ms: it names the alarm. */
  readonly lastBeatAtMs: number;
  /** When it last answered /livez. */
  readonly lastAnswerMs: number;
  /** Since when it beats again, during an alarm. */
  readonly backSinceMs?: number;
  /** The same for the same last beat, whoever watches. */
  readonly alarmId?: string;
}

/** One look at the executor. */
export interface Sighting {
  readonly nowMs: number;
  /**
   * `beat`: a new one, of that age; `silent`: none that is new; `unreadable`: Redis does not answer. Only `beat` is a sign of
   * life.
   */
  readonly heartbeat:
    | { readonly kind: 'beat'; readonly live: boolean; readonly ageMs: number; readonly atMs: number }
    | { readonly kind: 'silent' }
    | { readonly kind: 'unreadable' };
  readonly answers: boolean;
}

export interface WatchLimits {
  /** Both witnesses must be missing for so long. */
  readonly afterMs: number;
  /** It must beat again for so long before an alarm is over. */
  readonly calmMs: number;
}

/** Share of `afterMs` without a sign of life at which it is an alarm. */
const ALARM_SHARE = 1 / 3;

/** Nothing is known yet. */
export function firstWatch(nowMs: number): Watch {
  return { phase: 'idle', lastBeatMs: nowMs, lastBeatAtMs: 0, lastAnswerMs: nowMs };
}

/** What is to be thought of the executor after one more look. */
export function decideWatch(watch: Watch, sighting: Sighting, limits: WatchLimits): Watch {
  const seen = sighting.answers ? { ...watch, lastAnswerMs: sighting.nowMs } : watch;
  const { heartbeat } = sighting;
  if (heartbeat.kind !== 'beat') return decideMissing(seen, sighting.nowMs, limits);
  // An old beat that is seen late is not the executor's return.
  if (hasAlarm(watch) && heartbeat.ageMs >= limits.afterMs) return seen;
  const beaten = { ...seen, lastBeatMs: sighting.nowMs - heartbeat.ageMs, lastBeatAtMs: heartbeat.atMs };
  if (!heartbeat.live) return decideNotLive(beaten, sighting.nowMs, limits);
  if (hasAlarm(watch)) return decideReturn(beaten, sighting.nowMs, limits);
  return decideMissing({ ...beaten, phase: 'watching' }, sighting.nowMs, limits);
}

/** Whether orders may be cancelled and holdings sold now: never beside an executor that beats. */
export function mayAct({ phase, backSinceMs }: Watch): boolean {
  return phase === 'acting' && backSinceMs === undefined;
}

/** What was to be done is done. */
export function completeWatch(watch: Watch): Watch {
  return watch.phase === 'acting' ? { ...watch, phase: 'tripped' } : watch;
}

/** How long neither witness has given a sign of life, ms. */
export function silentForMs({ lastBeatMs, lastAnswerMs }: Watch, nowMs: number): number {
  return Math.max(0, nowMs - Math.max(lastBeatMs, lastAnswerMs));
}

function hasAlarm({ phase }: Watch): boolean {
  return phase === 'acting' || phase === 'tripped';
}

function decideMissing(watch: Watch, nowMs: number, limits: WatchLimits): Watch {
  if (watch.phase === 'idle') return watch;
  // Looks and beats come at their own pace: one look without a new beat is no silence.
  if (hasAlarm(watch)) return nowMs - watch.lastBeatMs < limits.afterMs * ALARM_SHARE ? watch : withoutReturn(watch);
  const silentMs = silentForMs(watch, nowMs);
  if (silentMs >= limits.afterMs) {
    return { ...watch, phase: 'acting', alarmId: `silent-since-${String(watch.lastBeatAtMs)}` };
  }
  return { ...watch, phase: silentMs >= limits.afterMs * ALARM_SHARE ? 'alarm' : 'watching' };
}

/** A stop that was asked for is no alarm; one that came after an alarm does not undo it, and leaves its work to be done. */
function decideNotLive(watch: Watch, nowMs: number, limits: WatchLimits): Watch {
  if (watch.phase === 'acting') return withoutReturn(watch);
  if (watch.phase !== 'tripped') return { ...withoutReturn(watch), phase: 'idle' };
  const back = decideReturn(watch, nowMs, limits);
  return back.phase === 'watching' ? { ...back, phase: 'idle' } : back;
}

function decideReturn(watch: Watch, nowMs: number, { calmMs }: WatchLimits): Watch {
  const backSinceMs = watch.backSinceMs ?? nowMs;
  if (nowMs - backSinceMs < calmMs) return { ...watch, backSinceMs };
  const { alarmId: _over, ...calm } = withoutReturn(watch);
  return { ...calm, phase: 'watching' };
}

function withoutReturn(watch: Watch): Watch {
  const { backSinceMs: _back, ...rest } = watch;
  return rest;
}
