import type { Redis } from 'ioredis';
import { TransientError } from '../errors/errors.js';
import type { Clock } from '../time/clock.js';
import type { CrashPoint, Failpoint } from './crash-points.js';
import { beatScript } from './lua/beat.js';
import { buryScript } from './lua/bury.js';
import { changeScript } from './lua/change.js';
import { commitManyScript } from './lua/commit-many.js';
import { failScript } from './lua/fail.js';
import { keepScript } from './lua/keep.js';
import { publishScript } from './lua/publish.js';
import { readScript } from './lua/read.js';
import { releaseScript } from './lua/release.js';
import { requeueScript } from './lua/requeue.js';
import { suspectScript } from './lua/suspect.js';
import { sweepScript } from './lua/sweep.js';
import { trimScript } from './lua/trim.js';
import { isPassingRedisFailure, waitUntilReady } from './redis-connection.js';

const scripts = {
  publish: publishScript,
  commitMany: commitManyScript,
  change: changeScript,
  fail: failScript,
  suspect: suspectScript,
  sweep: sweepScript,
  read: readScript,
  keep: keepScript,
  beat: beatScript,
  release: releaseScript,
  trim: trimScript,
  bury: buryScript,
  requeue: requeueScript,
};

export type ScriptName = keyof typeof scripts;

/** Scripts with a crash point before and after them; the others change nothing that another process could miss. */
const stepOf: Partial<Record<ScriptName, readonly [before: CrashPoint, after: CrashPoint]>> = {
  publish: ['publish.before', 'publish.after'],
  commitMany: ['commit.before', 'commit.after'],
  change: ['change.before', 'change.after'],
  fail: ['fail.before', 'fail.after'],
  suspect: ['suspect.before', 'suspect.after'],
  sweep: ['sweep.before', 'sweep.after'],
  beat: ['beat.before', 'beat.after'],
  keep: ['rebuild.after', 'rebuild.kept'],
  release: ['release.before', 'release.after'],
  trim: ['trim.before', 'trim.after'],
  bury: ['bury.before', 'bury.after'],
  requeue: ['requeue.before', 'requeue.after'],
};
export type ScriptArgument = string | number;

/** One call of a script. */
export interface ScriptCall {
  readonly name: ScriptName;
  readonly keys: readonly string[];
  readonly args: readonly ScriptArgument[];
}

type ScriptCommand = (...args: ScriptArgument[]) => Promise<unknown>;

/** Runs the bus' Lua scripts on one connection. Each is safe to send again, which is what makes `runUntil` right. */
export class RedisScripts {
  readonly #redis: Redis;
  readonly #clock: Clock;
  readonly #failpoint: Failpoint | undefined;
  readonly #commands = new Map<ScriptName, ScriptCommand>();

  constructor(redis: Redis, clock: Clock, failpoint?: Failpoint) {
    this.#redis = redis;
    this.#clock = clock;
    this.#failpoint = failpoint;
    for (const [name, lua] of Object.entries(scripts)) {
      const command = `octant_${name}`;
      redis.defineCommand(command, { lua });
      const run = Reflect.get(redis, command) as ScriptCommand;
      this.#commands.set(name as ScriptName, run.bind(redis));
    }
  }

  /** Sends a script once. @throws what ioredis throws. */
  run(name: ScriptName, keys: readonly string[], args: readonly ScriptArgument[]): Promise<unknown> {
    const command = this.#commands.get(name);
    if (command === undefined) throw new Error(`expected a script of the bus, was ${name}`);
    const step = this.#failpoint === undefined ? undefined : stepOf[name];
    if (step !== undefined) return this.#runInterrupted(step, () => command(keys.length, ...keys, ...args));
    return command(keys.length, ...keys, ...args);
  }

  async #runInterrupted([before, after]: readonly [CrashPoint, CrashPoint], send: () => Promise<unknown>) {
    await this.#failpoint?.(before);
    const reply = await send();
    await this.#failpoint?.(after);
    return reply;
  }

  /**
   * Sends a script until Redis answers it, however often Redis goes away meanwhile.
   * @throws TransientError `redis_unavailable` when `until` says enough; an error reply of the script at once.
   */
  async runUntil(call: ScriptCall, enough: () => boolean): Promise<unknown> {
    const { name, keys, args } = call;
    for (;;) {
      try {
        return await this.run(name, keys, args);
      } catch (error) {
        if (!isPassingRedisFailure(error)) throw error;
        if (enough()) {
          throw new TransientError(`expected an answer of Redis to ${name}, was none`, {
            code: 'redis_unavailable',
            cause: error,
          });
        }
        await this.#pause();
      }
    }
  }

  async #pause(): Promise<void> {
    if (this.#redis.status === 'ready') {
      await this.#clock.sleep(50);
      return;
    }
    await waitUntilReady(this.#redis, 250).catch(() => this.#clock.sleep(50));
  }
}
