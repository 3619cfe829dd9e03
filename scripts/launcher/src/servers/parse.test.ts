import { describe, expect, it } from 'vitest';
import { parsePrintedUris } from './debian-packages.js';
import { urlOfParts } from './url-of-parts.js';
import { parsePasswd } from './ordinary-user.js';
import { parsePostgresVersion } from './postgres-program.js';
import { parseRedisVersion, redisConfiguration } from './redis-program.js';

describe('what other programs print', () => {
  it('gives the version of a Redis', () => {
    const text = 'Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64 build=75a3';
    expect(parseRedisVersion(text)).toEqual({ text: '7.0.15', major: 7 });
    expect(parseRedisVersion('not a Redis')).toBeUndefined();
  });

  it('gives the version of a PostgreSQL, also of one before its release', () => {
    expect(parsePostgresVersion('postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)')).toEqual({
      text: '15.18',
      major: 15,
    });
    expect(parsePostgresVersion('postgres (PostgreSQL) 18beta1')).toEqual({ text: '18beta1', major: 18 });
    expect(parsePostgresVersion('bash: postgres: command not found')).toBeUndefined();
  });

  it('gives the packages that apt would fetch, and none of its other lines', () => {
    const text = [
      'Reading package lists...',
      "'http://deb.example/pool/j/libjemalloc2_5.3.0-1_amd64.deb' libjemalloc2_5.3.0-1_amd64.deb 275000 MD5Sum:0f56",
      "'http://deb.example/pool/r/redis-server_7.0.15-1%7edeb12u10_amd64.deb' redis-server_5%3a7.0.15-1~deb12u10_amd64.deb 73908 ",
    ].join('\n');
    expect(parsePrintedUris(text)).toEqual(['libjemalloc2', 'redis-server']);
  });

  it('gives the users of a passwd file', () => {
    expect(
      parsePasswd('root:x:0:0:root:/root:/bin/bash\npostgres:x:101:104:PostgreSQL:/var/lib:/bin/bash\n\n'),
    ).toEqual([
      { name: 'root', uid: 0, gid: 0 },
      { name: 'postgres', uid: 101, gid: 104 },
    ]);
  });
});

describe('what the servers are given', () => {
  it('keeps every acknowledged write of Redis and speaks to the loopback address alone', () => {
    const lines = redisConfiguration({ port: 7399, folder: '/some where/redis', password: 'secret' }).split('\n');
    expect(lines).toEqual([
      'bind 127.0.0.1',
      'port 7399',
      'dir "/some where/redis"',
      'requirepass secret',
      'appendonly yes',
      'appendfsync always',
      'maxmemory-policy noeviction',
      'save ""',
      'daemonize no',
      '',
    ]);
  });

  it('joins POSTGRES_HOST and its companions to a URL, with what is left out as PostgreSQL has it', () => {
    expect(urlOfParts({ POSTGRES_HOST: 'db' })).toBe('postgres://octant@db:5432/octant');
    expect(
      urlOfParts({
        POSTGRES_HOST: 'db',
        POSTGRES_PORT: '5433',
        POSTGRES_DB: 'desk',
        POSTGRES_USER: 'u',
        POSTGRES_PASSWORD: 'p@ss/word',
      }),
    ).toBe('postgres://u:p%40ss%2Fword@db:5433/desk');
    expect(urlOfParts({})).toBeUndefined();
  });
});
