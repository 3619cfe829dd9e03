#!/usr/bin/env node
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command, CommanderError } from 'commander';

const DONE = 0;
const FAILED = 1;
const BAD_INPUT = 2;
const TIMEOUT_MS = 15_000;
const ENVIRONMENT = `
Environment:
  ORCHESTRATOR_URL   default http://127.0.0.1:7001
  NOTIFICATION_URL   default http://127.0.0.1:7006
  ADMIN_TOKEN        or ADMIN_TOKEN_FILE; default: .octant/admin_token, which npm start makes

Exit codes: 0 done, 1 failed, 2 bad input.`;

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** What the user gave cannot be: exit code 2. */
class InputError extends Error {}

process.exitCode = await main(process.argv.slice(2));

async function main(argv) {
  try {
    await program().parseAsync(argv, { from: 'user' });
    return DONE;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? DONE : BAD_INPUT;
    process.stderr.write(`${error.message}\n`);
    return error instanceof InputError ? BAD_INPUT : FAILED;
  }
}

function program() {
  const cli = new Command('ops_cli')
    .description('Inspects and repairs a running desk over its admin endpoints.')
    .exitOverride()
    .addHelpText('after', ENVIRONMENT);
  const command = (name, description, act) =>
    cli
      .command(name)
      .description(description)
      .option('--json', "print the desk's answer as it is")
      .action((options) => act(options));

  command('streams:pending', 'entries that a group has taken and not yet acknowledged', listPending)
    .requiredOption('--stream <stream>', 'a stream, or its .dlq')
    .requiredOption('--group <group>', 'a consumer group of it')
    .option('--count <n>', 'entries to list', '100');
  command('streams:dlq:list', 'dead letters of a stream, with what went wrong', listDeadLetters)
    .requiredOption('--stream <stream>', 'a stream, or its .dlq')
    .option('--count <n>', 'dead letters to list', '100');
  command('streams:dlq:requeue', 'put a dead letter back on its stream', requeue)
    .requiredOption('--stream <stream>', 'a stream, or its .dlq')
    .requiredOption('--id <id>', 'entry id of the dead letter, as streams:dlq:list prints it');
  command('orch:halt', 'no new exposure until it is lifted; reducing stays allowed', (options) =>
    halt('halt', options),
  ).option('--reason <reason>', 'why, for the audit and the notice');
  command('orch:unhalt', 'lift every halt', (options) => halt('unhalt', options)).option(
    '--reason <reason>',
    'why, for the audit',
  );
  command('notify:ack', 'acknowledge all notices of a trace', acknowledge).requiredOption(
    '--traceId <id>',
    'trace id of the notices',
  );
  command('pnl:status', "the day's PnL and halt state", showPnl);
  command('sessions', 'sessions, newest first', listSessions);
  return cli;
}

async function listPending(options) {
  const query = { stream: options.stream, group: options.group, count: options.count };
  const answer = await call('GET', orchestrator('/admin/streams/pending', query));
  print(options, answer, () => [
    `${answer.total} pending of group ${answer.group} on ${answer.stream}`,
    ...table(
      ['entry', 'consumer', 'idle', 'deliveries'],
      answer.entries.map(({ entryId, consumer, idleMs, deliveries }) => [
        entryId,
        consumer,
        `${idleMs} ms`,
        deliveries,
      ]),
    ),
  ]);
}

async function listDeadLetters(options) {
  const query = { stream: options.stream, count: options.count };
  const answer = await call('GET', orchestrator('/admin/streams/dlq', query));
  print(options, answer, () => [
    `${answer.total} dead letters of ${answer.stream}`,
    ...table(
      ['id', 'message', 'group', 'failures', 'last failure', 'requeued', 'error'],
      answer.entries.map(({ id, messageId, group, failures, lastFailedAt, requeued, error }) => [
        id,
        messageId,
        group,
        failures,
        lastFailedAt,
        requeued ? 'yes' : 'no',
        `${error?.code ?? ''}: ${error?.message ?? ''}`,
      ]),
    ),
  ]);
}

async function requeue(options) {
  const dlqStream = options.stream.endsWith('.dlq') ? options.stream : `${options.stream}.dlq`;
  const answer = await call('POST', orchestrator('/admin/streams/dlq/requeue'), { dlqStream, id: options.id });
  print(options, answer, () => [
    answer.requeued
      ? `${options.id} is on its stream again as ${answer.entryId}`
      : `${options.id} was requeued before as ${answer.entryId}; nothing was done`,
  ]);
}

async function halt(what, options) {
  const answer = await call(
    'POST',
    orchestrator(`/admin/orchestrate/${what}`),
    options.reason ? { reason: options.reason } : {},
  );
  print(options, answer, () => [answer.halted ? `halted: ${answer.haltReason ?? 'no reason given'}` : 'not halted']);
}

async function acknowledge(options) {
  const answer = await call('POST', notifications('/admin/notify/ack'), { traceId: options.traceId });
  print(options, answer, () => [`${answer.acknowledged} notices acknowledged`]);
}

async function showPnl(options) {
  const answer = await call('GET', orchestrator('/pnl/status'));
  const percent = (ratio) => `${(ratio * 100).toFixed(2)} %`;
  print(options, answer, () => [
    `day          ${answer.day}`,
    `equity       ${answer.equityQuote}`,
    `PnL          ${answer.pnlQuote} (${percent(answer.pnlRatio)})`,
    `  realised   ${answer.realizedQuote}`,
    `  unrealised ${answer.unrealizedQuote}`,
    `  fees       ${answer.feesQuote}`,
    `halts at     +${percent(answer.dailyTargetRatio)} or -${percent(answer.dailyLossLimitRatio)}`,
    `halted       ${answer.halted ? `since ${answer.haltedAt}: ${answer.haltReason}` : 'no'}`,
  ]);
}

async function listSessions(options) {
  const answer = await call('GET', orchestrator('/orchestrate/sessions'));
  print(options, answer, () =>
    table(
      ['session', 'status', 'symbols', 'candle', 'strategy', 'mode', 'source', 'candles', 'fills', 'equity'],
      answer.sessions.map((s) => [
        s.sessionId,
        s.status,
        s.symbols.join(' '),
        s.timeframe,
        s.strategy,
        s.mode,
        s.source,
        s.counters.candles,
        s.counters.fills,
        s.equityQuote,
      ]),
    ),
  );
}

function orchestrator(path, query) {
  return urlOf('ORCHESTRATOR_URL', 'http://127.0.0.1:7001', path, query);
}

function notifications(path) {
  return urlOf('NOTIFICATION_URL', 'http://127.0.0.1:7006', path);
}

function urlOf(variable, fallback, path, query = {}) {
  const base = process.env[variable] || fallback;
  if (!URL.canParse(base)) throw new InputError(`${variable}: expected a URL, was ${JSON.stringify(base)}`);
  const url = new URL(base.replace(/\/$/, '') + path);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  return { url, variable };
}

async function call(method, { url, variable }, body) {
  const headers = {
    'x-admin-token': adminToken(),
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
  };
  let response;
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    response = await fetch(url, {
      method,
      headers,
      signal,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch (error) {
    const reason = error.cause?.code ?? error.message;
    throw new Error(
      `${url.origin} does not answer (${reason}): is the desk running there? ${variable} names another place.`,
      {
        cause: error,
      },
    );
  }
  const answer = await response.json().catch(() => undefined);
  if (response.ok) return answer;
  throw refused({ method, url, status: response.status, answer });
}

function refused({ method, url, status, answer }) {
  const reason = answer?.detail ?? answer?.title ?? 'no reason given';
  const problems = (answer?.errors ?? []).map(({ path, message }) => `\n  ${path}: ${message}`).join('');
  const message = `${method} ${url.pathname}: ${status} ${reason}${problems}`;
  if (status === 401)
    return new Error(`${message}\nThe admin token was not taken: set ADMIN_TOKEN or ADMIN_TOKEN_FILE.`);
  return status === 400 || status === 404 ? new InputError(message) : new Error(message);
}

function adminToken() {
  const { ADMIN_TOKEN: value, ADMIN_TOKEN_FILE: file } = process.env;
  if (value && file) throw new InputError('expected ADMIN_TOKEN or ADMIN_TOKEN_FILE, was both');
  if (value) return value;
  const path = file || join(root, '.octant', 'admin_token');
  if (!existsSync(path)) {
    throw new InputError(
      `expected an admin token in ADMIN_TOKEN, ADMIN_TOKEN_FILE or ${path}, was none: npm start makes one`,
    );
  }
  return readFileSync(path, 'utf8').trim();
}

function print(options, answer, lines) {
  process.stdout.write(options.json ? `${JSON.stringify(answer, null, 2)}\n` : `${lines().join('\n')}\n`);
}

function table(head, rows) {
  if (rows.length === 0) return [];
  const cells = [head, ...rows].map((row) => row.map(String));
  const widths = head.map((_, column) => Math.max(...cells.map((row) => row[column].length)));
  return cells.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]))
      .join('  ')
      .trimEnd(),
  );
}
