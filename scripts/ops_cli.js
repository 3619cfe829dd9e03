#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { call, InputError, notifications, orchestrator } from './ops/call-desk.js';
import { addDeadLetterCommands } from './ops/dead-letters.js';
import { addKeyCommands } from './ops/key-commands.js';
import { print, table } from './ops/print.js';
import { runDoctor } from './ops/doctor.js';

const DONE = 0;
const FAILED = 1;
const BAD_INPUT = 2;
const ENVIRONMENT = `
Environment:
  ORCHESTRATOR_URL   default http://127.0.0.1:7001
  NOTIFICATION_URL   default http://127.0.0.1:7006
  ADMIN_TOKEN        or ADMIN_TOKEN_FILE; default: .octant/admin_token, which npm start makes
  TOKEN_SIGNING_KEY  or TOKEN_SIGNING_KEY_FILE; default: secrets/token_signing_key or .octant/token_signing_key

Exit codes: 0 done, 1 failed, 2 bad input.`;

process.exitCode = await main(process.argv.slice(2));

async function main(argv) {
  // It has options, exit codes and a program of its own.
  if (argv[0] === 'doctor') return runDoctor(argv.slice(1));
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

  cli
    .command('doctor')
    .description('examine the desk and its machine; doctor --help lists the checks')
    .action(() => {});
  command('streams:pending', 'entries that a group has taken and not yet acknowledged', listPending)
    .requiredOption('--stream <stream>', 'a stream, or its .dlq')
    .requiredOption('--group <group>', 'a consumer group of it')
    .option('--count <n>', 'entries to list', '100');
  addDeadLetterCommands(command);
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
  addKeyCommands(cli);
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
