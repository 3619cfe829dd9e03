#!/usr/bin/env node
import { writeFileSync } from 'node:fs';

/** Streams that each agent reads (by group) and publishes; tests/deploy holds them equal to the agents' sources. */
export const dataPath = {
  orchestrator: {
    reads: {
      'market.candles': 'orchestrator',
      'analysis.signals': 'orchestrator',
      'analysis.progress': 'orchestrator',
      'risk.responses': 'orchestrator',
      'exec.status': 'orchestrator',
      'exec.progress': 'orchestrator',
      'audit.events': 'audit',
      'opt.results': 'orchestrator',
    },
    publishes: [
      'orchestrator.commands',
      'risk.requests',
      'exec.orders',
      'notify.events',
      'audit.events',
      'opt.requests',
    ],
  },
  'market-analyst': {
    reads: { 'orchestrator.commands': 'analyst' },
    publishes: ['market.candles', 'analysis.signals', 'analysis.progress', 'notify.events'],
  },
  'portfolio-manager': {
    reads: { 'market.candles': 'portfolio', 'exec.status': 'portfolio' },
    publishes: ['audit.events'],
  },
  'risk-manager': {
    reads: { 'orchestrator.commands': 'risk', 'risk.requests': 'risk' },
    publishes: ['risk.responses', 'notify.events', 'audit.events'],
  },
  'trade-executor': {
    reads: { 'market.candles': 'exec', 'orchestrator.commands': 'exec', 'exec.orders': 'exec' },
    publishes: ['exec.status', 'exec.progress', 'notify.events', 'audit.events'],
  },
  'notification-manager': {
    reads: { 'notify.events': 'notify' },
    publishes: ['notify.events', 'audit.events'],
  },
  'parameter-optimizer': {
    reads: { 'opt.requests': 'optimizer' },
    publishes: ['opt.results', 'notify.events', 'audit.events'],
  },
  'mcp-hub-controller': { reads: {}, publishes: ['audit.events'] },
};

/** Keys of an agent beside those of its streams, without the prefix; `~admin-token`: signed tokens that were used. */
const ownKeys = {
  // It shows, requeues and trims every stream, and reads back what the desk was.
  orchestrator: ['*'],
  'market-analyst': ['~state:*', '~budget:*'],
  'portfolio-manager': ['~state:portfolio.*'],
  'risk-manager': [],
  'trade-executor': ['~budget:*', '~heartbeat:trade-executor', '~admin-token:*'],
  'notification-manager': ['~state:notify:*', '~admin-token:*'],
  'parameter-optimizer': [],
  'mcp-hub-controller': [],
};

/** Keys that may be read and not written. */
const readKeys = { 'notification-manager': ['*.dlq', '~requeued:*'] };

/** What the bus, its scripts and the client library send; no command that lists, empties or configures. */
const commands = [
  '+ping +hello +select +info +time +config|get',
  '+client|setname +client|setinfo +client|getname +client|id +client|unblock',
  '+eval +eval_ro +evalsha +exists +type +get +set +del +unlink +expire +expireat +pexpire',
  '+hget +hmget +hvals +hset +hdel +hincrby +zadd +zrem +zscore',
  '+xadd +xack +xclaim +xpending +xrange +xrevrange +xlen +xinfo +xtrim +xgroup +xreadgroup',
].join(' ');

/**
 * Nobody is this user: it is off and has no password. It has every right all the same, because Redis reads its log as this user,
 * and leaves out, with no more than a line in its output, the scripts and transactions that the user might not carry out
 * (redis/redis#14541, in every version before the end of 2025).
 */
const defaultUser = 'user default off resetpass ~* &* +@all';

/** The template of the ACL file: start-redis.sh puts prefix and passwords in. */
export function makeAcl() {
  const agents = Object.keys(dataPath).map((agent) => userOf(agent, keysOf(agent), readKeys[agent] ?? []));
  const guardianKeys = [...publishKeys('notify.events'), '~budget:*'];
  return [
    '# Made by deploy/redis/make-acl.js.',
    defaultUser,
    ...agents,
    userOf('guardian', guardianKeys, ['~heartbeat:trade-executor']),
    'user exporter on @PASSWORD@ %R~* +ping +hello +select +info +time +config|get +client|setname +client|setinfo ' +
      '+client|list +slowlog|get +slowlog|len +latency|latest +latency|histogram +dbsize +type +scan +strlen +hlen ' +
      '+xlen +xinfo +zcard +llen +scard +memory|usage',
    'user admin on @PASSWORD@ ~* &* +@all',
    '',
  ].join('\n');
}

function userOf(name, keys, readable) {
  const writes = [...new Set(keys)].map((key) => `~@PREFIX@${key}`);
  const reads = readable.map((key) => `%R~@PREFIX@${key}`);
  return `user ${name} on @PASSWORD@ ${[...writes, ...reads].join(' ')} ${commands}`;
}

function keysOf(agent) {
  const own = ownKeys[agent];
  if (own.includes('*')) return own;
  const { reads, publishes } = dataPath[agent];
  return [
    ...Object.entries(reads).flatMap(([stream, group]) => readerKeys(stream, group)),
    ...publishes.flatMap(publishKeys),
    `~kept:${agent}`,
    '~rebuilding:*',
    '~change:*',
    '~suppressed',
    ...own,
  ];
}

/** What a group keeps of a stream; the names are those of common/platform/src/bus/desk-keys.ts. */
function readerKeys(stream, group) {
  const kept = ['done', 'failures', 'retries'].map((what) => `~${what}:${stream}:${group}*`);
  return [stream, `${stream}.dlq`, `~published:${stream}*`, `~requeued:${stream}`, ...kept, `~answers:${group}:*`];
}

function publishKeys(stream) {
  return [stream, `~published:${stream}*`];
}

if (process.argv[1] === import.meta.filename) writeFileSync(new URL('users.acl.tmpl', import.meta.url), makeAcl());
