import { describe, expect, test } from 'vitest';
import { Secret } from '../config/secret.js';
import { createLogger } from './create-logger.js';
import { redactor } from './redact-text.js';
import { runInContext } from './request-context.js';

const planted = ['admin-token-1234', 'pa"ss\\word\n9', 'xoxb-1-slack-token'];

function logger(level = 'info') {
  const lines: string[] = [];
  const log = createLogger({ service: 'risk-manager', level, secrets: planted, write: (line) => lines.push(line) });
  return { log, lines, last: () => JSON.parse(lines.at(-1) ?? '') as Record<string, unknown> };
}

describe('log lines', () => {
  test('have service, level as text, an ISO time and the message', () => {
    const { log, last } = logger();
    log.warn({ symbol: 'BTC-USDT' }, 'late');
    const { time, ...rest } = last();
    expect(rest).toEqual({ level: 'warn', service: 'risk-manager', symbol: 'BTC-USDT', msg: 'late' });
    expect(new Date(String(time)).toISOString()).toBe(time);
  });

  test('carry the ids of the running request, also after an await; ids given by hand win', async () => {
    const { log, last, lines } = logger();
    await runInContext({ requestId: 'r1', traceId: 't1' }, async () => {
      await Promise.resolve();
      log.info('inside');
      expect(last()).toMatchObject({ requestId: 'r1', traceId: 't1' });
      log.info({ requestId: 'r2' }, 'other');
      expect(last()).toMatchObject({ requestId: 'r2', traceId: 't1' });
    });
    log.info('outside');
    expect(last()).not.toHaveProperty('requestId');
    expect(lines).toHaveLength(3);
  });

  test('never have a planted secret or personal data, wherever it is put', () => {
    const { log, lines } = logger('debug');
    const [token, odd, slack] = planted;
    log.info({ deep: { list: [{ text: `token is ${String(token)}!` }] } }, `using ${String(slack)}`);
    log.error({ err: new Error(`login with ${String(odd)} failed`, { cause: new Error(String(token)) }) }, 'failed');
    log.info(
      { headers: { 'X-Admin-Token': 'not-known-before', authorization: 'Bearer abcdefghijk', cookie: 'sid=1' } },
      'x',
    );
    log.info(
      { config: { api_key: 'k-1', apiSecret: 's-1', db: { password: 'short' }, wrapped: new Secret('w-1') } },
      'x',
    );
    log.info(
      { slack: { user_name: 'Jane Roe', email: 'x@y', real_name: 'Jane' } },
      'ack by jane.roe+x@mail.example.com',
    );
    log.warn('connect redis://default:s3cr3t-p@127.0.0.1:6379 failed');
    log.child({ password: 'child-pass' }).info('from a child');
    log.debug({ 'weird "password"': 'a"b' }, 'Authorization: Basic dXNlcjpwYXNz');
    log.info({ body: JSON.stringify({ a: 1, botToken: 'in-a-string', b: '2' }) }, 'x');
    const text = lines.join('');
    const leaks = [
      ...planted,
      JSON.stringify(odd).slice(1, -1),
      'not-known-before',
      'abcdefghijk',
      'sid=1',
      'k-1',
      's-1',
      '"short"',
      'w-1',
      'Jane',
      'jane.roe',
      'mail.example.com',
      's3cr3t-p',
      'child-pass',
      'dXNlcjpwYXNz',
      'in-a-string',
    ].filter((leak) => text.includes(leak));
    expect(leaks).toEqual([]);
    for (const line of lines) expect(() => JSON.parse(line) as unknown).not.toThrow();
  });

  test('keep what is no secret: ids, amounts, package names, addresses', () => {
    const line =
      '{"msg":"node_modules/@octant/platform/dist/x.js express@5.3.0","tokens":3,"url":"http://127.0.0.1:7001/a"}';
    expect(redactor(planted)(line)).toBe(line);
  });

  test('are redacted in linear time', () => {
    const long = `{"msg":"${'a.'.repeat(200_000)}@${'"token '.repeat(20_000)}"}`;
    const startedMs = performance.now();
    redactor(planted)(long);
    expect(performance.now() - startedMs).toBeLessThan(2000);
  });
});
