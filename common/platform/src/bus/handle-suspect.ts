import { PermanentError } from '../errors/errors.js';
import type { BusCore } from './bus-core.js';
import type { Delivery } from './delivery.js';
import { answerOrGone } from './fail-entry.js';
import { type GroupParts, handleDelivery, onFailedAttempt } from './handle-delivery.js';

/** Silent ends beside others after which a suspect is tried alone. */
const TRIES_BESIDE = 2;
/**
 * Silent ends of its handler, alone, after which it is a dead letter. Kills from outside hit it there, too, the longer a
 * Redis that is away keeps the end of the handler from being noted, so two prove nothing.
 */
const TRIES_ALONE = 5;
/** The same for ends between its handler's return and its commit, which are seldom its doing. */
const TRIES_COMMITTING = 8;

type SuspectStatus = 'TRY' | 'ALONE' | 'CONDEMNED' | 'FENCED' | 'GONE';

/**
 * Tries an entry that was delivered so often that it may be what ends its process. Whoever was held by a process that died
 * looks the same, so: first a few suspects at a time beside all others, each try counted before it begins; those that were
 * among the few when the process died again, twice, are tried with nothing beside them; the fifth death alone is proof.
 * Rejects as `handleDelivery` does.
 */
export async function handleSuspect(core: BusCore, delivery: Delivery, group: GroupParts): Promise<void> {
  const turn = core.suspects.acquire();
  if (turn !== undefined) await turn;
  let status: SuspectStatus;
  try {
    if (delivery.settled || core.stopping.aborted) return;
    status = await countTry(core, delivery, 'beside');
    if (status === 'TRY') await handleBesideOthers(core, delivery, group);
  } finally {
    core.suspects.release();
  }
  if (status === 'ALONE') await handleAlone(core, delivery, group);
  else if (status === 'CONDEMNED') await condemn(core, delivery, group);
  else if (status !== 'TRY') delivery.settled = true;
}

async function handleBesideOthers(core: BusCore, delivery: Delivery, group: GroupParts): Promise<void> {
  const entered = core.solo.enter();
  if (entered !== undefined) await entered;
  try {
    await handleDelivery(core, delivery, group);
  } finally {
    core.solo.leave();
  }
}

async function handleAlone(core: BusCore, delivery: Delivery, group: GroupParts): Promise<void> {
  const { solo, clock, tuning } = core;
  const entered = new AbortController();
  const alone = await solo.enterAlone(clock.sleep(tuning.alonePatienceMs, entered.signal));
  entered.abort();
  try {
    if (delivery.settled || core.stopping.aborted) return;
    // Among others nothing is counted: its death would prove nothing.
    const status = alone ? await countTry(core, delivery, 'alone') : 'TRY';
    if (alone) {
      delivery.onReturned = async () => {
        delivery.onReturned = undefined;
        await countTry(core, delivery, 'committing');
      };
    }
    if (status === 'TRY') await handleDelivery(core, delivery, group);
    else if (status === 'CONDEMNED') await condemn(core, delivery, group);
    else delivery.settled = true;
  } finally {
    delivery.onReturned = undefined;
    if (alone) solo.leaveAlone();
    else solo.leave();
  }
}

async function condemn(core: BusCore, delivery: Delivery, group: GroupParts): Promise<void> {
  await onFailedAttempt(core, delivery, { error: new ProcessDeaths(delivery.deliveries), group });
}

async function countTry(
  core: BusCore,
  delivery: Delivery,
  stage: 'beside' | 'alone' | 'committing',
): Promise<SuspectStatus> {
  const { entry, subscription } = delivery;
  const { group } = subscription;
  const keys = [core.keys.stream(entry.stream), core.keys.failures(entry.stream, group)];
  const limits = [stage, TRIES_BESIDE, TRIES_ALONE, TRIES_COMMITTING];
  const args = [group, core.consumer, entry.entryId, core.nextToken(), ...limits];
  const [status] = (await answerOrGone(core, { name: 'suspect', keys, args })) as [SuspectStatus];
  return status;
}

/** The process ended again and again while it did nothing but this. */
export class ProcessDeaths extends PermanentError {
  constructor(deliveries: number) {
    super(
      `expected the handler to end, was the end of its process, ${String(TRIES_ALONE)} times alone, in ${String(deliveries)} deliveries`,
      {
        code: 'process_deaths',
      },
    );
  }
}
