import { DeskKeys } from '@octant/platform/bus/desk-keys';
import { openRedis } from '@octant/platform/bus/redis-connection';
import type { Logger } from 'pino';
import { z } from 'zod';

/** How often an executor that trades live beats. */
export const HEARTBEAT_EVERY_MS = 1_000;

const COMMAND_MS = 2_000;
const AGENT = 'trade-executor';

/** KEYS: the heartbeat. ARGV: `live` as 1 or 0, the venue. The time is Redis' own, so that nobody's clock plays a part. */
const beatScript = `
local time = redis.call('TIME')
local at = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('SET', KEYS[1], cjson.encode({ atMs = at, live = ARGV[1] == '1', venue = ARGV[2] }))
return at`;

/** KEYS: the heartbeat. Returns it, or false, and Redis' time in ms. */
const readScript = `
local time = redis.call('TIME')
return { redis.call('GET', KEYS[1]), time[1] * 1000 + math.floor(time[2] / 1000) }`;

const heartbeatSchema = z.object({ atMs: z.number().int(), live: z.boolean(), venue: z.string() });

/** What the executor last told: that it trades at a venue, or that it does so no more. `atMs` is Redis' time, epoch ms. */
export type Heartbeat = z.infer<typeof heartbeatSchema>;

/** A heartbeat with how old it is by Redis' clock, in ms and never below 0; `undefined` where none was ever written. */
export type HeartbeatReading = { readonly beat: Heartbeat; readonly ageMs: number } | undefined;

export interface HeartbeatOptions {
  readonly redisUrl: string;
  /** The desk's prefix of Redis keys. */
  readonly prefix: string;
  readonly logger: Logger;
}

export interface HeartbeatWriter {
  /** Tells that the executor lives, and whether it trades live. @throws what ioredis throws while Redis is away. */
  beat(live: boolean): Promise<void>;
  close(): void;
}

export interface HeartbeatReader {
  /** @throws what ioredis throws while Redis is away; ZodError for a heartbeat that is none. */
  read(): Promise<HeartbeatReading>;
  close(): void;
}

/** The executor's side, on a connection of its own: a command that hangs elsewhere holds no heartbeat up. */
export function openHeartbeatWriter(options: HeartbeatOptions & { readonly venue: string }): HeartbeatWriter {
  const { redis, key } = open(options, 'heartbeat');
  return {
    beat: async (live) => {
      await redis.eval(beatScript, 1, key, live ? '1' : '0', options.venue);
    },
    close: () => {
      redis.disconnect();
    },
  };
}

/** The side of whoever watches over the executor. */
export function openHeartbeatReader(options: HeartbeatOptions): HeartbeatReader {
  const { redis, key } = open(options, 'heartbeat-reader');
  return {
    read: async () => {
      const [text, nowMs] = (await redis.eval_ro(readScript, 1, key)) as [string | null, number];
      if (text === null) return undefined;
      const beat = heartbeatSchema.parse(JSON.parse(text));
      return { beat, ageMs: Math.max(0, nowMs - beat.atMs) };
    },
    close: () => {
      redis.disconnect();
    },
  };
}

function open({ redisUrl, prefix, logger }: HeartbeatOptions, name: string) {
  const redis = openRedis(redisUrl, { name: `${AGENT}:${name}`, logger, commandTimeoutMs: COMMAND_MS });
  return { redis, key: new DeskKeys(prefix).heartbeat(AGENT) };
}
