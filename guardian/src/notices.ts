import { encodeMessage } from '@octant/platform/bus/encode-message';
import { DeskKeys } from '@octant/platform/bus/desk-keys';
import { traceIdOfMessageId } from '@octant/platform/bus/message-id';
import { openRedis } from '@octant/platform/bus/redis-connection';
import { RedisScripts } from '@octant/platform/bus/redis-scripts';
import type { Clock } from '@octant/platform/time/clock';
import type { NotifyEvent } from '@octant/trading/messages/notify-event';
import type { Logger } from 'pino';

const STREAM = 'notify.events';
const COMMAND_MS = 2_000;

export interface Notice {
  /** Published once, however often it is given. */
  readonly id: string;
  readonly severity: NotifyEvent['severity'];
  readonly message: string;
  readonly context: Readonly<Record<string, unknown>>;
}

export interface NoticesOptions {
  readonly redisUrl: string;
  readonly prefix: string;
  readonly logger: Logger;
  readonly clock: Clock;
}

/** Notices that wait until Redis takes them; the log has them at once. */
export class Notices {
  readonly #options: NoticesOptions;
  readonly #redis: ReturnType<typeof openRedis>;
  readonly #scripts: RedisScripts;
  readonly #waiting = new Map<string, NotifyEvent>();
  #flushing: Promise<void> = Promise.resolve();

  constructor(options: NoticesOptions) {
    this.#options = options;
    const { redisUrl, logger, clock } = options;
    this.#redis = openRedis(redisUrl, { name: 'guardian:notices', logger, commandTimeoutMs: COMMAND_MS });
    this.#scripts = new RedisScripts(this.#redis, clock);
  }

  say({ id, severity, message, context }: Notice): void {
    const { logger, clock } = this.#options;
    if (severity === 'critical') logger.error(context, message);
    else logger.warn(context, message);
    const ts = new Date(clock.now()).toISOString();
    this.#waiting.set(id, { type: 'guardian', severity, message, context, ts, traceId: traceIdOfMessageId(id) });
    void this.flush();
  }

  /** Publishes what waits; what Redis does not take waits on. Never throws. */
  flush(): Promise<void> {
    this.#flushing = this.#flushing.then(() => this.#publish());
    return this.#flushing;
  }

  close(): void {
    this.#redis.disconnect();
  }

  async #publish(): Promise<void> {
    const keys = new DeskKeys(this.#options.prefix);
    for (const [id, payload] of this.#waiting) {
      try {
        const { keys: names, args } = encodeMessage(keys, { stream: STREAM, id, type: payload.type, payload });
        await this.#scripts.run('publish', names, args);
        this.#waiting.delete(id);
      } catch (error) {
        this.#options.logger.debug({ err: error, id }, 'a notice waits for Redis');
        return;
      }
    }
  }
}
