import { describe, expect, test } from 'vitest';
import type { GroupFigures } from '../bus/stream-admin.js';
import { FakeBus } from '../testing/fake-bus.js';
import { platformMetrics } from './metric-names.js';
import { PlatformMetrics } from './platform-metrics.js';
import { exportStreamMetrics } from './stream-metrics.js';

function open() {
  const metrics = new PlatformMetrics({ service: 'example', version: '1.2.3', defaultMetrics: false });
  const bus = new FakeBus();
  const errors: unknown[] = [];
  const watched = { a: ['g'] };
  exportStreamMetrics({ metrics, admin: bus.admin, watched, onError: (error) => errors.push(error), timeoutMs: 50 });
  return { metrics, bus, errors, observer: metrics.busObserver() };
}

const figures: GroupFigures = {
  stream: 'a',
  group: 'g',
  pending: 1,
  lag: null,
  lagSeconds: 2,
  consumers: 3,
  oldestPendingSeconds: 4,
};

describe('the metrics of an agent', () => {
  test('are exactly those of the list', async () => {
    const { metrics } = open();
    const exported = (await metrics.registry.getMetricsAsJSON()).map(({ name }) => name).sort();
    expect(exported).toEqual(Object.keys(platformMetrics).sort());
    metrics.close();
  });

  test('follow the base-unit rule: seconds, totals of counters', () => {
    const wrong = Object.entries(platformMetrics).filter(
      ([name, { type }]) => (type === 'counter') !== name.endsWith('_total') || /_(ms|millis|minutes)/.test(name),
    );
    expect(wrong).toEqual([]);
  });

  test('count what the bus tells', async () => {
    const { metrics, observer } = open();
    observer.onOutcome({ stream: 'a', group: 'g', outcome: 'handled' });
    observer.onOutcome({ stream: 'a', group: 'g', outcome: 'dead_lettered' });
    observer.onHandled({ stream: 'a', group: 'g', seconds: 0.02 });
    observer.onRequeued({ stream: 'a' });
    observer.onTrimmedUnread({ stream: 'a', count: 2 });
    const text = await metrics.registry.metrics();
    expect(text).toContain('stream_messages_total{stream="a",group="g",outcome="handled"} 1');
    expect(text).toContain('stream_messages_total{stream="a",group="g",outcome="dead_lettered"} 1');
    expect(text).toContain('stream_handle_duration_seconds_sum{stream="a",group="g"} 0.02');
    expect(text).toContain('stream_requeued_total{stream="a"} 1');
    expect(text).toContain('stream_trimmed_unread_total{stream="a"} 2');
    metrics.close();
  });

  test('begin at 0 for every outcome of what the agent reads, so that the first one is seen as an increase', async () => {
    const { metrics } = open();
    metrics.declareGroups([{ stream: 'a', group: 'g' }]);
    metrics.declareStreams(['a', 'b']);
    const values = async (name: string) => (await metrics.registry.getSingleMetric(name)?.get())?.values;
    const labels = { stream: 'a', group: 'g' };
    expect(await values('stream_messages_total')).toEqual(
      ['handled', 'duplicate', 'retried', 'dead_lettered'].map((outcome) => ({
        labels: { ...labels, outcome },
        value: 0,
      })),
    );
    expect(await values('stream_trimmed_unread_total')).toEqual([{ labels: { stream: 'a' }, value: 0 }]);
    expect(await values('stream_requeued_total')).toEqual(
      ['a', 'b'].map((stream) => ({ labels: { stream }, value: 0 })),
    );
    metrics.close();
  });
  test('leave out a lag that Redis cannot tell', async () => {
    const { metrics, bus } = open();
    bus.groupFigures = [figures];
    const text = await metrics.registry.metrics();
    expect(text).toContain('stream_consumers{stream="a",group="g"} 3');
    expect(text).not.toContain('stream_lag_count{');
    metrics.close();
  });

  test('count every entry of a stream as not delivered to a group that nobody has created yet', async () => {
    const { metrics, bus } = open();
    bus.lengths = { a: 3 };
    const text = await metrics.registry.metrics();
    expect(text).toContain('stream_consumers{stream="a",group="g"} 0');
    expect(text).toContain('stream_lag_count{stream="a",group="g"} 3');
    metrics.close();
  });
  test('ask Redis once for scrapes that come together', async () => {
    const { metrics, bus } = open();
    let asked = 0;
    const groups = bus.admin.groups.bind(bus.admin);
    Object.assign(bus.admin, {
      groups: (stream: string) => {
        asked += 1;
        return groups(stream);
      },
    });
    await Promise.all([metrics.registry.metrics(), metrics.registry.metrics()]);
    expect(asked).toBe(1);
    metrics.close();
  });

  test('come without stream figures, and the error told, when Redis does not answer in time', async () => {
    const { metrics, bus, errors } = open();
    Object.assign(bus.admin, { groups: () => new Promise(() => undefined) });
    const text = await metrics.registry.metrics();
    expect(text).not.toContain('stream_pending_count{');
    expect(text).toContain('agent_state{state="starting"} 1');
    expect(errors.map(String)).toEqual(['Error: expected an answer within 50 ms, was none']);
    metrics.close();
  });
});
