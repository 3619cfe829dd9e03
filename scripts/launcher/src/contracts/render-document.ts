import { defaultTuning } from '@octant/platform/bus/bus-tuning';
import { reservedStreams } from '@octant/trading/messages/streams';
import type { ContractFacts } from './contract-facts.js';
import { code, duration } from './markdown.js';
import { renderCrashPoints, renderDeadLetter, renderEntryFields, renderKeys, renderTuning } from './render-bus.js';
import { renderOverview, renderStream } from './render-streams.js';

/** The text of `docs/messaging-contracts.md`. */
export function renderDocument(facts: ContractFacts): string {
  return `${[...head(), ...streamSections(facts), ...busSections(facts)].join('\n\n')}\n`;
}

function head(): string[] {
  return [
    '# Messaging contracts',
    [
      'What travels on the streams of Redis, who publishes and who reads it, and what the bus keeps and promises. This file is',
      'made by `npm run contracts` from the registry (`common/trading/src/messages/streams.ts`), the schemas beside it, the',
      "agents' sources and the bus; a test keeps it equal to them, so change those and run it again. How the parts of a decision",
      'follow each other is in [The decision cycle](decision-cycle.md).',
    ].join('\n'),
    '## Entries',
    'Every key of a desk begins with its prefix (`OCTANT_REDIS_PREFIX`, default `octant:`); no payload and no endpoint shows it.',
    renderEntryFields(),
    [
      'Payloads are open: unknown fields are kept and ignored. A payload that its schema does not take is dead-lettered at once,',
      'with the field and what was expected there. Amounts of money and quantities are decimal strings, never floats.',
    ].join('\n'),
    '## Idempotency',
    [
      'The message id is the idempotency key, a function of the business intent: publishing an id again adds nothing and answers',
      "with the first entry's id; a group does what a message asks for once for each id, however often it is delivered, requeued",
      'or published. Where an agent gives its output no id, the bus derives it: `<input>/<index>`, from the id of the handled',
      "message and the output's place among its outputs (longer than 256 characters: `sha256:<digest of the input's id>/<index>`).",
      'So a second run or a rebuild makes the same ids. Effects in Postgres have a key there as well, those of money for ever.',
    ].join('\n'),
  ];
}

function streamSections(facts: ContractFacts): string[] {
  return [
    '## Streams',
    renderOverview(facts.streams),
    [
      '*Entry type* is the field `type` of the entry. *Ordered by* is the ordering key: a process handles messages of one key of a',
      'group one after the other, over all streams of that group; a failing one holds up its successors and nobody else. *Required*',
      'of a nested field says whether its parent needs it.',
    ].join('\n'),
    ...Object.entries(facts.streams).map(([name, stream]) => renderStream(name, stream, facts.agents)),
    '### Reserved names',
    `Kept for later, published and read by nobody: ${reservedStreams.map(code).join(', ')}.`,
  ];
}

function busSections(facts: ContractFacts): string[] {
  const { trimKeepMs, trimEveryMs, maxFailures, maxTransientMs, backoffBaseMs, backoffCapMs } = defaultTuning;
  return [
    '## Retention',
    [
      `- An entry stays until every group of its stream has acknowledged it, and ${duration(trimKeepMs)} more; trimming runs every ${duration(trimEveryMs)}.`,
      `- Dead letters stay ${duration(facts.deadLettersKeepMs)}, requeued or not.`,
      '- The markers that find a repeated id, of publishing and of each group, are kept by week: they answer for 14 to 21 days.',
      `- The inbox in Postgres answers for ${duration(facts.inboxKeepMs)}; published rows of the outbox stay ${duration(facts.outboxKeepMs)}, for a Redis that is emptied.`,
    ].join('\n'),
    '## Keys in Redis',
    renderKeys(facts),
    '## Failures, retries and limits',
    [
      'What a handler throws decides: a *permanent* error dead-letters at once; a *transient* one (Redis, Postgres, another agent or',
      `an exchange unreachable) is retried for ${duration(maxTransientMs)} without counting; anything else counts, and attempt`,
      `${String(maxFailures)} is the last. Refusals are no failures, they are messages. A waiting entry stays pending under its id, so that other`,
      'groups are not concerned.',
    ].join('\n'),
    [
      `Retry n waits ${duration(backoffBaseMs)} and a random share of ${duration(backoffBaseMs)} · 2^(n - 1), at most ${duration(backoffCapMs)} in all. An error that says when to come back`,
      'is believed for its first eight tries, with at most half as much on top.',
    ].join('\n'),
    renderTuning(facts),
    '## Dead letters',
    'Entries of `<stream>.dlq`:',
    renderDeadLetter(),
    '## Crash points',
    [
      'Every boundary between two steps that somebody else can see, and what holds when the process ends there; a lost answer and a',
      'stall beyond the lease are weaker forms of it. `before`: nothing was sent. `after`: it took effect, its answer has not been',
      'looked at.',
    ].join('\n'),
    renderCrashPoints(facts),
  ];
}
