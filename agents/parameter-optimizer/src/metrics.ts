import { Counter, type Registry } from 'prom-client';

export interface OptimizerMetrics {
  runEnded(outcome: 'done' | 'failed'): void;
  trialsDone(count: number): void;
}

export function optimizerMetrics(registry: Registry): OptimizerMetrics {
  const registers = [registry];
  const runs = new Counter({
    name: 'optimizer_runs_total',
    help: 'Searches that ended, by how.',
    labelNames: ['outcome'],
    registers,
  });
  const trials = new Counter({ name: 'optimizer_trials_total', help: 'Parameter sets that were tried.', registers });
  for (const outcome of ['done', 'failed']) runs.inc({ outcome }, 0);
  return {
    runEnded: (outcome) => {
      runs.inc({ outcome });
    },
    trialsDone: (count) => {
      trials.inc(count);
    },
  };
}
