import { randomBytes } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { Pool } from 'pg';
import { agentGrants } from '../../deploy/migrate/src/grants.js';
import { grantTables } from '../../deploy/migrate/src/roles.js';
import { fleetAcl } from './fleet-acl.js';
import type { FreshDesk } from './test-servers.js';

/** What servers and clients say to somebody who asks for more than their rights. */
const REFUSAL = /NOPERM|permission denied for/;

export interface UserUrls {
  readonly redisUrl: string;
  readonly databaseUrl: string;
}

/**
 * The users of the compose fleet on a desk of the tests: each agent has a user of Redis and a role of Postgres with its own
 * rights and no more, so that a test of the desk is also one of `deploy/redis/make-acl.js` and `deploy/migrate/src/grants.ts`.
 */
export class DeskUsers {
  readonly #desk: FreshDesk;
  readonly #id = `t_${randomBytes(5).toString('hex')}`;
  readonly #password = randomBytes(16).toString('hex');
  readonly #redisUsers: string[] = [];
  readonly #roles: string[] = [];

  private constructor(desk: FreshDesk) {
    this.#desk = desk;
  }

  /** The desk's schema must have been migrated. */
  static async create(desk: FreshDesk): Promise<DeskUsers> {
    const users = await DeskUsers.createInRedis(desk);
    await users.#createInPostgres(desk.sql);
    return users;
  }

  /** For a desk without tables. */
  static async createInRedis(desk: FreshDesk): Promise<DeskUsers> {
    const users = new DeskUsers(desk);
    await users.#createInRedis(desk.redis);
    return users;
  }

  /** The agent's own connections; those of the tests for who is no agent of the fleet. */
  urlsOf(agent: string): UserUrls {
    const user = this.#nameOf(agent);
    const role = this.#nameOf(agent.replaceAll('-', '_'));
    const { redisUrl, databaseUrl } = this.#desk;
    return {
      redisUrl: this.#redisUsers.includes(user) ? this.#as(redisUrl, user) : redisUrl,
      databaseUrl: this.#roles.includes(role) ? this.#as(databaseUrl, role) : databaseUrl,
    };
  }

  /** Drops the users. @throws Error that names what they asked for without a right; `logs`: what the agents wrote. */
  async close(logs: readonly string[]): Promise<void> {
    const { redis, sql } = this.#desk;
    const denials = [...(await this.#denialsOf(redis)), ...logs.filter((line) => REFUSAL.test(line))];
    await redis.call('ACL', 'DELUSER', ...this.#redisUsers);
    for (const role of this.#roles) await sql.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
    if (denials.length > 0)
      throw new Error(`expected agents to keep to their rights, were refused: ${denials.join('\n')}`);
  }

  #nameOf(agent: string): string {
    return `${this.#id}_${agent}`;
  }

  #as(serverUrl: string, user: string): string {
    const url = new URL(serverUrl);
    url.username = user;
    url.password = this.#password;
    return url.href;
  }

  async #createInRedis(redis: Redis): Promise<void> {
    const knowsSetInfo = !/redis_version:7\.[01]\./.test(await redis.info('server'));
    for (const line of fleetAcl({ prefix: this.#desk.prefix, password: this.#password, knowsSetInfo })) {
      const [, agent = '', ...rules] = line.split(' ');
      if (agent === 'default' || agent === 'admin') continue;
      await redis.call('ACL', 'SETUSER', this.#nameOf(agent), ...rules);
      this.#redisUsers.push(this.#nameOf(agent));
    }
  }

  async #createInPostgres(sql: Pool): Promise<void> {
    const client = await sql.connect();
    try {
      for (const role of Object.keys(agentGrants)) {
        await client.query(`CREATE ROLE ${this.#nameOf(role)} LOGIN PASSWORD '${this.#password}'`);
        this.#roles.push(this.#nameOf(role));
      }
      await grantTables(client, this.#desk.schema, (role) => this.#nameOf(role));
    } finally {
      client.release();
    }
  }

  async #denialsOf(redis: Redis): Promise<string[]> {
    const entries = (await redis.call('ACL', 'LOG', '1000')) as unknown[][];
    const field = (entry: unknown[], name: string) => String(entry[entry.indexOf(name) + 1]);
    return entries
      .filter((entry) => this.#redisUsers.includes(field(entry, 'username')))
      .map((entry) => `Redis, ${field(entry, 'username')}: ${field(entry, 'reason')} ${field(entry, 'object')}`);
  }
}
