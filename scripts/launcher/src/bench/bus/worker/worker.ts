import { runBullmqConsumer } from './bullmq-consumer.js';
import { runBusConsumer } from './bus-consumer.js';
import { runPublisher } from './publisher.js';
import { question, workerSettings, type Question, type Workload } from './protocol.js';
import { runRawLoop } from './raw-loop.js';

/** A process of its own for what is measured, so that its processor time and memory are nobody else's. */
process.on('disconnect', () => process.exit(1));
process.once('message', (settings) => {
  void begin(settings).catch(fail);
});

async function begin(message: unknown): Promise<void> {
  const workload = await start(message);
  process.on('message', (asked) => {
    void answer(workload, question.parse(asked)).catch(fail);
  });
  say('ready');
}

function start(message: unknown): Promise<Workload> {
  const settings = workerSettings.parse(message);
  switch (settings.role) {
    case 'raw':
      return runRawLoop(settings);
    case 'bus':
      return runBusConsumer(settings);
    case 'bullmq':
      return runBullmqConsumer(settings);
    case 'publisher':
      return runPublisher(settings);
  }
}

async function answer(workload: Workload, asked: Question): Promise<void> {
  switch (asked) {
    case 'usage':
    case 'tidyUsage':
      return say(usage(asked === 'tidyUsage'));
    case 'timings':
      return say(workload.timings?.() ?? []);
    case 'finished':
      return say(await workload.finished?.());
    case 'stop':
      await workload.stop();
      process.removeAllListeners('disconnect');
      process.send?.({ answer: true }, () => {
        process.exit(0);
      });
  }
}

function usage(tidy: boolean): object {
  if (tidy) globalThis.gc?.();
  const { user, system } = process.cpuUsage();
  const { heapUsed, rss } = process.memoryUsage();
  return { cpuUs: user + system, heapBytes: heapUsed, rssBytes: rss };
}

function say(value: unknown): void {
  process.send?.({ answer: value });
}

/** Whoever started the process sees that it has ended, and people see why. */
function fail(error: unknown): void {
  console.error(error);
  process.exit(1);
}
