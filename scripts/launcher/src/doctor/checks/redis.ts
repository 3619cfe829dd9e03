import type { Check } from '../check.js';
import { whenSeen } from '../facts.js';
import { failure, ok, skipped, warning } from '../verdict.js';

const EXPECTED = { appendonly: 'yes', appendfsync: 'always', 'maxmemory-policy': 'noeviction' };
const FULL_RATIO = 0.8;
const REACH = 'docker compose ps redis, docker compose logs redis; npm start for a local desk';

/** With less than `always` a kill loses what was acknowledged; a log that `default` may not repeat is read back in part. */
export const redisDurability: Check = {
  id: 'redis-durability',
  title: 'Redis keeps what it has acknowledged',
  examine: ({ redis }) =>
    whenSeen(redis, REACH, ({ settings, lastWriteFailed, mayReadLogBack }) => {
      const wrong = Object.entries(EXPECTED).flatMap(([name, expected]) => {
        const was = settings[name] ?? 'unknown';
        return was === expected ? [] : [`${name} is ${was}, expected ${expected}`];
      });
      if (lastWriteFailed) wrong.push('the last write of its files failed');
      if (!mayReadLogBack)
        wrong.push('the user default has no rights, and what scripts wrote is lost at the next start');
      return wrong.length === 0
        ? ok('appendonly yes, appendfsync always, noeviction, last write ok')
        : failure(wrong.join('; '), 'start Redis with deploy/redis; check the disk; npm start sets its own up right');
    }),
};

/** At `maxmemory` with `noeviction` every publish is refused. */
export const redisMemory: Check = {
  id: 'redis-memory',
  title: 'Redis has memory left',
  examine: ({ redis }) =>
    whenSeen(redis, REACH, ({ usedBytes, settings }) => {
      const most = Number(settings['maxmemory'] ?? '0');
      const used = `${(usedBytes / 1024 / 1024).toFixed(0)} MB used`;
      if (most === 0) return ok(`${used}, no limit of its own`);
      const evidence = `${used} of ${(most / 1024 / 1024).toFixed(0)} MB`;
      return usedBytes / most > FULL_RATIO
        ? warning(
            evidence,
            'look for streams that nobody reads (ops streams:pending), or raise REDIS_MAXMEMORY in .env',
          )
        : ok(evidence);
    }),
};

/** Every agent has a user of its own; nobody gets in without one. */
export const redisAccess: Check = {
  id: 'redis-access',
  title: 'Redis lets in only users of its own, each with its rights',
  examine: ({ redis, agents, desk }) =>
    whenSeen(redis, REACH, ({ users }) => {
      if (desk === 'local') return skipped('a local desk has one password and no other users');
      const wrong: string[] = [];
      const open = users.filter(({ enabled, noPassword }) => enabled && noPassword).map(({ name }) => name);
      if (open.length > 0) wrong.push(`no password is asked of ${open.join(', ')}`);
      if (users.some(({ name, enabled }) => name === 'default' && enabled)) wrong.push('the user default is on');
      const absent = agents.filter(({ name }) => !users.some((user) => user.name === name)).map(({ name }) => name);
      if (absent.length > 0) wrong.push(`no user for ${absent.join(', ')}`);
      const mighty = users.filter(
        ({ name, mayDestroy }) => mayDestroy.length > 0 && agents.some((agent) => agent.name === name),
      );
      for (const { name, mayDestroy } of mighty) wrong.push(`${name} may give ${mayDestroy.join(', ')}`);
      return wrong.length === 0
        ? ok(`${users.length} users, default off`)
        : failure(
            wrong.join('; '),
            'docker compose up -d --force-recreate redis makes the users of deploy/redis again',
          );
    }),
};

/** A dead letter is a message whose effect has not happened. */
export const deadLetters: Check = {
  id: 'dead-letters',
  title: 'No message was given up',
  examine: ({ redis }) =>
    whenSeen(redis, REACH, (seen) => {
      const filled = Object.entries(seen.deadLetters).filter(([, count]) => count > 0);
      if (filled.length === 0) return ok('no dead letters');
      return warning(
        filled.map(([stream, count]) => `${stream}: ${count}`).join(', '),
        'ops streams:dlq:list --stream NAME shows why, ops streams:dlq:requeue puts them back',
      );
    }),
};
