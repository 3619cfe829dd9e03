import type { CrashPoint } from '@octant/platform/bus/crash-points';

/** The crash points before and after it, or why it needs none. */
export type Review = readonly [before: CrashPoint, after: CrashPoint] | string;

const READS = 'reads and changes nothing';
const APPLY = ['apply.before', 'apply.after'] as const;

/**
 * Every command of bus and effects that is no script, reviewed: interrupted at crash points, or why an interruption there
 * is no other than one that is tried already.
 */
export const reviewedCommands: Readonly<Record<string, Review>> = {
  'bus/apply-in-transaction.ts insertInbox: Sql.query': APPLY,
  'bus/apply-queue.ts #runAlone: Database.transaction': APPLY,
  'bus/apply-queue.ts #runBatch: Database.transaction': APPLY,
  'bus/check-durability.ts checkDurability: RedisSettings.info': READS,
  'bus/check-durability.ts readSetting: RedisSettings.config': READS,
  'bus/create-groups.ts createGroups: Redis.xgroup': ['groups.before', 'groups.after'],
  'bus/group-reader.ts #read: Redis.call': ['read.before', 'read.after'],
  'bus/group-reader.ts constructor: Redis.client': READS,
  'bus/group-reader.ts stop: Redis.call': 'ends a read of this process, no sooner than its time would',
  'bus/housekeeping.ts prune: Redis.time': READS,
  'bus/housekeeping.ts prune: Redis.unlink': 'removes markers of a week in which no script looks any more',
  'bus/incarnation.ts #identify: Redis.info': READS,
  'bus/keeper.ts #ensureOnce: Redis.exists': READS,
  'bus/keeper.ts #ensureOnce: Redis.set':
    'a mark that only this rebuild looks for; begun again it has another, and `rebuild.before` is right behind it',
  'bus/keeper.ts #recognise: Redis.del':
    'Redis came back as another process: done again until it is answered, and then as after a flush',
  'bus/keeper.ts #watch: Redis.exists': READS,
  'bus/letter-pages.ts letterPages: Redis.xrange': READS,
  'bus/outbox-retention.ts pruneInbox: Sql.query': ['prune.before', 'prune.after'],
  'bus/outbox-retention.ts pruneOutbox: Sql.query': ['prune.before', 'prune.after'],
  'bus/outbox.ts findOutboxOfCauses: Sql.query': READS,
  'bus/outbox.ts findOutboxSince: Sql.query': READS,
  'bus/outbox.ts findUnpublished: Sql.query': READS,
  'bus/outbox.ts markOutboxPublished: Sql.query': ['mark.before', 'mark.after'],
  'bus/outbox.ts writeOutboxEntries: Sql.query': APPLY,
  'bus/postgres-effects.ts findApplied: Database.query': READS,
  'bus/redis-bus.ts ping: Redis.ping': READS,
  'bus/redis-stream-admin.ts #deadLetters: Redis.hmget': READS,
  'bus/redis-stream-admin.ts #deadLetters: Redis.xlen': READS,
  'bus/redis-stream-admin.ts #info: Redis.call': READS,
  'bus/redis-stream-admin.ts #newest: Redis.xrevrange': READS,
  'bus/redis-stream-admin.ts #oldestPendingSeconds: Redis.xpending': READS,
  'bus/redis-stream-admin.ts #pending: Redis.call': READS,
  'bus/redis-stream-admin.ts #pending: Redis.xpending': READS,
  'bus/redis-stream-admin.ts #requeue: Redis.xrange': READS,
  'bus/redis-stream-admin.ts duplicatesSuppressed: Redis.hvals': READS,
  'bus/redis-stream-admin.ts length: Redis.xlen': READS,
  'bus/requeue-many.ts #newestId: Redis.xrevrange': READS,
  'bus/requeue-many.ts #takePage: Redis.hmget': READS,
  'bus/requeue-many.ts redisNowMs: Redis.time': READS,
  'bus/wait-for-redis.ts waitForRedis: Redis.connect': READS,
  'bus/wait-for-redis.ts waitForRedis: Redis.ping': READS,
  // In the transaction of the message's effect.
  'effects/postgres-effect-leases.ts confirm: Sql.query': APPLY,
  'effects/postgres-effect-leases.ts end: Sql.query': ['external.failed', 'external.noted'],
  'effects/postgres-effect-leases.ts find: Sql.query': READS,
  // Opens a lease or takes one over; a renewal leaves what those leave, with a later end.
  'effects/postgres-effect-leases.ts postgresEffectLeases: Sql.query': ['external.before', 'external.acquired'],
};

/** Scripts without crash points. */
export const reviewedScripts: Readonly<Record<string, string>> = {
  read: READS,
};
