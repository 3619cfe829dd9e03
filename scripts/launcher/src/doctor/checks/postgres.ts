import type { Check } from '../check.js';
import { whenSeen } from '../facts.js';
import { failure, ok, skipped, warning } from '../verdict.js';

const REACH = 'docker compose ps postgres, docker compose logs postgres; npm start for a local desk';
/** The image's owner of everything, which only migrations and restores use. */
const OWNERS = new Set(['postgres']);

/** Every agent logs in as a role of its own, with the least rights. */
export const postgresRoles: Check = {
  id: 'postgres-roles',
  title: 'Agents have database roles of their own, without special rights',
  examine: ({ postgres, agents, desk }) =>
    whenSeen(postgres, REACH, ({ roles }) => {
      if (desk === 'local') return skipped('a local desk has one role');
      const wrong: string[] = [];
      const mighty = roles.filter(({ name, superuser, mayCreate }) => !OWNERS.has(name) && (superuser || mayCreate));
      if (mighty.length > 0) wrong.push(`may create roles or databases: ${mighty.map(({ name }) => name).join(', ')}`);
      const names = new Set(roles.map(({ name }) => name));
      const absent = agents.map(({ name }) => name.replaceAll('-', '_')).filter((name) => !names.has(name));
      if (absent.length > 0) wrong.push(`no role for ${absent.join(', ')}`);
      return wrong.length === 0
        ? ok(`${roles.length} roles that log in`)
        : failure(wrong.join('; '), 'docker compose run --rm migrate makes roles and grants again');
    }),
};

/** What happened stays written down. */
export const auditAppendOnly: Check = {
  id: 'audit-append-only',
  title: 'Nobody can change the audit',
  examine: ({ postgres, desk }) =>
    whenSeen(postgres, REACH, ({ roles }) => {
      if (desk === 'local') return skipped("a local desk's role owns the table; its trigger refuses changes");
      const able = roles
        .filter(({ name, mayChangeAudit }) => mayChangeAudit && !OWNERS.has(name))
        .map(({ name }) => name);
      return able.length === 0
        ? ok('no role may update, delete or truncate audit_events')
        : failure(
            `may change audit_events: ${able.join(', ')}`,
            'docker compose run --rm migrate makes roles and grants again',
          );
    }),
};

/** Code and tables must belong together. */
export const migrations: Check = {
  id: 'migrations',
  title: 'The database is of this version',
  examine: ({ postgres, knownMigrations }) =>
    whenSeen(postgres, REACH, (seen) => {
      const missing = knownMigrations.filter((name) => !seen.migrations.includes(name));
      const newer = seen.migrations.filter((name) => !knownMigrations.includes(name));
      if (missing.length > 0) {
        return failure(
          `not run yet: ${missing.join(', ')}`,
          'docker compose run --rm migrate; npm start for a local desk',
        );
      }
      if (newer.length > 0) {
        return warning(
          `of a newer version: ${newer.join(', ')}`,
          'fine after a rollback, for a version reads the tables of the next; else upgrade again',
        );
      }
      return ok(`${seen.migrations.length} migrations, up to ${seen.migrations.at(-1) ?? 'none'}`);
    }),
};
