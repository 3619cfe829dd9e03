import { Redis } from 'ioredis';
import { encodeBare, type BareMessage, type MessageSizes, type SkeletonStream } from './message.js';

const BLOCK_MS = 1000;
const COUNT = 64;

/** What an entry leads to; all of it happens with the acknowledgement in one script. */
export interface Outcome {
  readonly outputs?: readonly (readonly [SkeletonStream, BareMessage])[];
  /** Whether state is written, too. */
  readonly state?: boolean;
}

export type Handle = (stream: SkeletonStream, message: BareMessage) => Promise<Outcome> | Outcome;

export interface BareBusOptions {
  readonly redisUrl: string;
  readonly prefix: string;
  readonly group: string;
  readonly streams: readonly SkeletonStream[];
  readonly sizes: MessageSizes;
}

const effectScript = `
-- effect: what one entry leads to, and its acknowledgement.
-- KEYS  1 stream, 2 state, then the stream of each output
-- ARGV  1 group, 2 entry id, 3 state or '', then the data of each output
redis.call('XACK', KEYS[1], ARGV[1], ARGV[2])
if ARGV[3] ~= '' then redis.call('HSET', KEYS[2], 'd', ARGV[3]) end
for i = 3, #KEYS do redis.call('XADD', KEYS[i], '*', 'data', ARGV[i + 1]) end
return 1
`;

type EffectCommand = (count: number, ...rest: string[]) => Promise<unknown>;

/** A consumer group without anything around it: read, handle, write the effect and acknowledge. */
export class BareBus {
  readonly #options: BareBusOptions;
  readonly #reader: Redis;
  readonly #writer: Redis;
  readonly #effect: EffectCommand;
  readonly #state: string;

  constructor(options: BareBusOptions) {
    this.#options = options;
    this.#reader = new Redis(options.redisUrl);
    this.#writer = new Redis(options.redisUrl);
    this.#writer.defineCommand('bare_effect', { lua: effectScript });
    this.#effect = (Reflect.get(this.#writer, 'bare_effect') as EffectCommand).bind(this.#writer);
    this.#state = 's'.repeat(options.sizes.state);
  }

  async makeGroups(): Promise<void> {
    for (const key of this.#keys()) await this.#writer.xgroup('CREATE', key, this.#options.group, '0', 'MKSTREAM');
  }

  /** Reads and handles until the process ends; entries of one read run in their order. */
  async follow(handle: Handle): Promise<never> {
    const { group, prefix } = this.#options;
    const keys = this.#keys();
    const ids = keys.map(() => '>');
    for (;;) {
      const reply = (await this.#reader.xreadgroup(
        'GROUP',
        group,
        'bare',
        'COUNT',
        COUNT,
        'BLOCK',
        BLOCK_MS,
        'STREAMS',
        ...keys,
        ...ids,
      )) as [string, [string, string[]][]][] | null;
      for (const [key, entries] of reply ?? []) {
        for (const [id, fields] of entries) {
          const message = JSON.parse(fields[1] ?? '') as BareMessage;
          await this.#settle(key, id, await handle(key.slice(prefix.length) as SkeletonStream, message));
        }
      }
    }
  }

  async #settle(key: string, id: string, { outputs = [], state = false }: Outcome): Promise<void> {
    const { group, prefix, sizes } = this.#options;
    if (outputs.length === 0 && !state) {
      await this.#writer.xack(key, group, id);
      return;
    }
    const keys = [key, `${prefix}state:${group}`, ...outputs.map(([stream]) => `${prefix}${stream}`)];
    const data = outputs.map(([stream, message]) => encodeBare(message, sizes.messages[stream]));
    await this.#effect(keys.length, ...keys, group, id, state ? this.#state : '', ...data);
  }

  #keys(): string[] {
    return this.#options.streams.map((stream) => `${this.#options.prefix}${stream}`);
  }
}
