/** Names of everything that a desk keeps in Redis; all begin with the desk's prefix, the bus' own also with `~`. */
export class DeskKeys {
  readonly prefix: string;

  constructor(prefix: string) {
    this.prefix = prefix;
  }

  /** A stream; its groups are in it. */
  stream(stream: string): string {
    return `${this.prefix}${stream}`;
  }

  /** Stream of the entries that were given up. */
  deadLetters(stream: string): string {
    return `${this.prefix}${stream}.dlq`;
  }

  /** Base of the hashes that remember published ids; the scripts add the week. */
  published(stream: string): string {
    return `${this.prefix}~published:${stream}`;
  }

  /** Base of the hashes that remember ids which a group is done with; the scripts add the week. */
  done(stream: string, group: string): string {
    return `${this.prefix}~done:${stream}:${group}`;
  }

  /** Hash from entry id to its failure record. */
  failures(stream: string, group: string): string {
    return `${this.prefix}~failures:${stream}:${group}`;
  }

  /** Sorted set of parked entries by due time, epoch ms. */
  retries(stream: string, group: string): string {
    return `${this.prefix}~retries:${stream}:${group}`;
  }

  /** Hash from dead-letter id to the entry that its requeue made. */
  requeued(stream: string): string {
    return `${this.prefix}~requeued:${stream}`;
  }

  /** Hash from `stream:group` to the number of repeats that were answered. */
  suppressed(): string {
    return `${this.prefix}~suppressed`;
  }

  /** Versioned state of an agent: a hash with `v` (version) and `d` (JSON). */
  state(key: string): string {
    return `${this.prefix}~state:${key}`;
  }

  /** Hash from slot to the last answers that a consumer got for its batches of a group. */
  answers(group: string, consumer: string): string {
    return `${this.prefix}~answers:${group}:${consumer}`;
  }

  /** There as long as Redis has what the agent keeps in it. */
  kept(agent: string): string {
    return `${this.prefix}~kept:${agent}`;
  }

  /** There while a consumer puts back what its agent keeps, unless Redis is emptied meanwhile. */
  rebuilding(consumer: string): string {
    return `${this.prefix}~rebuilding:${consumer}`;
  }

  /** What an agent that others watch over last told of itself. */
  heartbeat(agent: string): string {
    return `${this.prefix}~heartbeat:${agent}`;
  }

  /** There for five minutes after a change of state from outside a handler, so that it is not made twice. */
  change(token: string): string {
    return `${this.prefix}~change:${token}`;
  }
}

/** Takes the dead-letter suffix off a stream's name, where it is there. */
export function liveStreamOf(stream: string): string {
  return stream.endsWith('.dlq') ? stream.slice(0, -'.dlq'.length) : stream;
}
