import { setTimeout as sleep } from 'node:timers/promises';
import { InvalidArgumentError } from 'commander';
import { call, InputError, orchestrator, Refusal } from './call-desk.js';
import { parseDuration, showDuration } from './durations.js';
import { print, table } from './print.js';

const MOST_A_CALL = 1_000;
const SECONDS_A_CALL = 5;
const CALL_TIMEOUT_MS = 60_000;
const ROWS_SHOWN = 100;
const PATIENCE_CALLS = 5;
const FILTERS = ['type', 'errorCode', 'group', 'olderThan', 'youngerThan'];
const REQUEUE_EXAMPLES = `
Examples:
  ops_cli streams:dlq:requeue --stream notify.events.dlq --id 1700000000000-0
  ops_cli streams:dlq:requeue --stream exec.orders --all --error-code timeout --older-than 10m --dry-run
  ops_cli streams:dlq:requeue --stream exec.orders --all --error-code timeout --older-than 10m

Each dead letter is requeued once and audited. Interrupted, the same command does the rest; what dies again while it
runs is left for the next one.`;
const LIST_EXAMPLE = `
Example:
  ops_cli streams:dlq:list --stream exec.orders --type order --younger-than 1h`;

/** The commands on dead letters; `command(name, description, act)` adds one. */
export function addDeadLetterCommands(command) {
  withFilters(
    command('streams:dlq:list', 'dead letters of a stream, with what went wrong', listDeadLetters)
      .requiredOption('--stream <stream>', 'a stream, or its .dlq')
      .option('--count <n>', 'dead letters to list', wholeNumber(1, 1_000), 100),
  ).addHelpText('after', LIST_EXAMPLE);
  withFilters(
    command('streams:dlq:requeue', 'put one dead letter back on its stream, or all that are meant', requeue)
      .requiredOption('--stream <stream>', 'a stream, or its .dlq')
      .option('--id <id>', 'one: entry id of the dead letter, as streams:dlq:list prints it')
      .option('--all', 'all that the filters below hold for, oldest first'),
  )
    .option('--limit <n>', 'with --all: at most so many', wholeNumber(1, 10_000_000))
    .option('--per-second <n>', 'with --all: no faster than this', wholeNumber(50, 5_000), 200)
    .option('--dry-run', 'with --all: only say what would be done')
    .option('--reason <reason>', 'why, for the audit')
    .addHelpText('after', REQUEUE_EXAMPLES);
}

function withFilters(command) {
  return command
    .option('--type <type>', 'filter: message type')
    .option('--error-code <code>', 'filter: code of the error that it died of')
    .option('--group <group>', 'filter: consumer group that failed on it')
    .option('--older-than <age>', 'filter: dead for so long at least, like 30s, 10m, 2h, 1d', parseDuration)
    .option('--younger-than <age>', 'filter: dead for less than that', parseDuration);
}

function filterOf({ type, errorCode, group, olderThan, youngerThan }) {
  return { type, errorCode, group, olderThanMs: olderThan, youngerThanMs: youngerThan };
}

async function listDeadLetters(options) {
  const query = { stream: options.stream, count: options.count, ...filterOf(options) };
  const answer = await call('GET', orchestrator('/admin/streams/dlq', query));
  print(options, answer, () => [
    `${answer.total} dead letters of ${answer.stream}`,
    ...table(
      ['id', 'message', 'type', 'group', 'failures', 'last failure', 'requeued', 'error'],
      answer.entries.map(({ id, messageId, type, group, failures, lastFailedAt, requeued, error }) => [
        id,
        messageId,
        type,
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
  if (options.all === undefined && options.id === undefined)
    throw new InputError('expected --id or --all, was neither');
  if (options.all && options.id !== undefined) throw new InputError('expected --id or --all, was both');
  await (options.all ? requeueAll(options) : requeueOne(options));
}

async function requeueOne(options) {
  const { id, reason } = options;
  const bulkOnly = [...FILTERS, 'limit', 'dryRun'].filter((name) => options[name] !== undefined);
  if (bulkOnly.length > 0)
    throw new InputError(`expected ${bulkOnly.map(flagOf).join(', ')} with --all, was with --id`);
  const body = { dlqStream: deadLettersOf(options), id, reason };
  const answer = await call('POST', orchestrator('/admin/streams/dlq/requeue'), body);
  print(options, answer, () => [
    answer.requeued
      ? `${id} is on its stream again as ${answer.entryId}`
      : `${id} was requeued before as ${answer.entryId}; nothing was done`,
  ]);
}

async function requeueAll(options) {
  const total = { requeued: 0, gone: 0 };
  const entries = new Map();
  let next = null;
  let last;
  do {
    last = await requeueSome(options, { next, done: total.requeued });
    // The first call looks at all of them, the later ones only behind what was taken.
    const { stream, matched, alreadyRequeued, unreadable } = last;
    if (next === null) Object.assign(total, { stream, dryRun: last.dryRun, matched, alreadyRequeued, unreadable });
    total.requeued += last.requeued;
    total.gone += last.gone;
    total.remaining = last.remaining;
    for (const entry of last.entries) entries.set(entry.id, entry);
    next = options.dryRun || total.requeued >= (options.limit ?? Infinity) ? null : last.next;
    if (next !== null) showProgress(total);
  } while (next !== null);
  const answer = { ...total, entries: [...entries.values()] };
  print(options, answer, () => linesOf(answer));
}

/** One call; while the desk asks for patience, it is made again when the desk says. */
async function requeueSome(options, { next, done }) {
  const { limit = Infinity, perSecond, dryRun, reason } = options;
  const most = Math.min(MOST_A_CALL, dryRun ? MOST_A_CALL : perSecond * SECONDS_A_CALL, limit - done);
  const body = { dlqStream: deadLettersOf(options), filter: filterOf(options), limit: most, perSecond, dryRun, reason };
  for (let calls = 1; ; calls += 1) {
    try {
      const url = orchestrator('/admin/streams/dlq/requeue-many');
      return await call('POST', url, { ...body, ...next }, CALL_TIMEOUT_MS);
    } catch (error) {
      const wait = error instanceof Refusal && error.status === 429 ? error.retryAfterSeconds : undefined;
      if (wait === undefined || calls === PATIENCE_CALLS) throw withProgress(error, done);
      process.stderr.write(`the desk asks to wait ${wait} s\n`);
      await sleep(wait * 1_000);
    }
  }
}

function withProgress(error, done) {
  if (done === 0) return error;
  error.message = `${done} were requeued, then: ${error.message}\nThe same command again does the rest.`;
  return error;
}

function showProgress({ requeued, remaining }) {
  process.stderr.write(`${requeued} requeued, ${remaining} to go\n`);
}

function linesOf({ stream, dryRun, matched, requeued, alreadyRequeued, unreadable, gone, remaining, entries }) {
  const rows = entries.slice(0, ROWS_SHOWN);
  const more = entries.length - rows.length;
  const counts = [
    dryRun ? `${remaining} would be requeued` : `${requeued} requeued`,
    `${alreadyRequeued} were before`,
    ...(unreadable > 0 ? [`${unreadable} unreadable`] : []),
    ...(gone > 0 ? [`${gone} gone meanwhile`] : []),
    ...(dryRun || remaining === 0 ? [] : [`${remaining} remain`]),
  ];
  return [
    `${matched} dead letters of ${stream} match: ${counts.join(', ')}`,
    ...table(
      ['id', 'message', 'type', 'group', 'error', 'age', 'outcome'],
      rows.map(({ id, messageId, type, group, errorCode, ageMs, outcome, entryId, detail }) => [
        id,
        messageId,
        type,
        group,
        errorCode,
        showDuration(ageMs),
        [outcome.replaceAll('_', ' '), entryId ?? detail ?? ''].join(' ').trim(),
      ]),
    ),
    ...(more > 0 ? [`and ${more} more; --json prints all`] : []),
  ];
}

function deadLettersOf({ stream }) {
  return stream.endsWith('.dlq') ? stream : `${stream}.dlq`;
}

function flagOf(name) {
  return `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

function wholeNumber(least, most) {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`expected a whole number from ${least} to ${most}, was "${text}"`);
  };
}
