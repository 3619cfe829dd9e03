import type { Check } from '../check.js';
import { whenSeen } from '../facts.js';
import { failure, ok, skipped, warning } from '../verdict.js';

/** Every agent answers, is ready, and reaches what it needs. */
export const agentsHealth: Check = {
  id: 'agents-health',
  title: 'All agents are well',
  examine: ({ agents }) => {
    const ill = agents.flatMap(({ name, health }) => {
      if (health.kind !== 'seen') return [`${name}: ${health.reason}`];
      if (health.value.healthy) return [];
      const failed = health.value.failed.length === 0 ? '' : `, without ${health.value.failed.join(' and ')}`;
      return [`${name}: ${health.value.state}${failed}`];
    });
    return ill.length === 0
      ? ok(`${agents.length} of ${agents.length}`)
      : failure(ill.join('; '), 'docker compose ps and docker compose logs NAME; .octant/logs for a local desk');
  },
};

/** The files as they are now, read by the programs that will read them. Lines are `agent ok` or `agent problem`. */
export const configValidity: Check = {
  id: 'config-validity',
  title: 'The configuration can be read',
  examine: ({ host }) => {
    const answers = host.all('config');
    if (answers.length === 0) return skipped('no agent was asked to read its configuration');
    const wrong = answers.filter((line) => !line.endsWith(' ok'));
    return wrong.length === 0
      ? ok(`${answers.length} agents can read theirs`)
      : failure(
          wrong.join('; '),
          'mend the file that is named: agents keep the previous configuration until then, and would not start with this one',
        );
  },
};

/** Whether real money moves, and who stands behind it. */
export const liveInterlock: Check = {
  id: 'live-interlock',
  title: 'Live trading is as it is meant to be',
  examine: ({ trading, guardian, host }) =>
    whenSeen(trading, 'docker compose logs trade-executor', ({ exchange, interlock, openDifferences }) => {
      const named = host.find('env.octant_live') ?? '';
      if (interlock === undefined) {
        return named === ''
          ? ok(`exchange ${exchange}: no real order is sent`)
          : warning(
              `OCTANT_LIVE=${named} is set, but the configuration trades ${exchange}`,
              'unset it, or set exchange in config/agents/trade-executor.yaml',
            );
      }
      if (!interlock.environment || interlock.confirmedBy === undefined) {
        const missing = interlock.environment ? "an admin's confirmation" : `OCTANT_LIVE=${exchange}`;
        return warning(
          `${exchange} is configured and locked: ${missing} is missing`,
          'docs/order-life.md says what live trading takes',
        );
      }
      const phase = guardian.kind === 'seen' ? guardian.value : guardian.reason;
      if (guardian.kind !== 'seen' || phase === 'idle') {
        return failure(
          `LIVE at ${exchange}, and no guardian watches: ${phase}`,
          'give it its key: secrets/guardian_api_key and guardian_api_secret',
        );
      }
      if (openDifferences > 0) {
        return failure(
          `LIVE at ${exchange}, ${openDifferences} differences between books and exchange`,
          'GET /trade/reconciliation explains each, and what accepting it does',
        );
      }
      return ok(`LIVE at ${exchange}, confirmed by ${interlock.confirmedBy}, guardian ${phase}`);
    }),
};
