import type { GroupFigures, StreamAdmin } from '../bus/stream-admin.js';
import type { PlatformMetricName } from './metric-names.js';
import type { PlatformMetrics } from './platform-metrics.js';

/** Streams with the groups that are expected on them. */
export type WatchedStreams = Readonly<Record<string, readonly string[]>>;

interface Figures {
  readonly groups: readonly GroupFigures[];
  readonly deadLetters: ReadonlyMap<string, number>;
}

const nothing: Figures = { groups: [], deadLetters: new Map() };

const groupGauges: readonly { name: PlatformMetricName; of: (figures: GroupFigures) => number | null }[] = [
  { name: 'stream_pending_count', of: (figures) => figures.pending },
  { name: 'stream_lag_count', of: (figures) => figures.lag },
  { name: 'stream_lag_seconds', of: (figures) => figures.lagSeconds },
  { name: 'stream_consumers', of: (figures) => figures.consumers },
  { name: 'stream_oldest_pending_seconds', of: (figures) => figures.oldestPendingSeconds },
];

/**
 * Exports the figures of streams on each scrape. They are asked for at most once in `cacheMs`; when Redis does not answer
 * within `timeoutMs` the scrape goes on without them, so that the process metrics stay to be had.
 */
export function exportStreamMetrics(options: {
  metrics: PlatformMetrics;
  admin: StreamAdmin;
  watched: WatchedStreams;
  onError: (error: unknown) => void;
  cacheMs?: number;
  timeoutMs?: number;
}): void {
  const { metrics, admin, watched, onError, cacheMs = 1000, timeoutMs = 1000 } = options;
  let cached: { atMs: number; figures: Promise<Figures> } | undefined;
  const refresh = (): Promise<Figures> => {
    const nowMs = performance.now();
    if (cached === undefined || nowMs - cached.atMs > cacheMs) {
      const figures = withTimeout(readFigures(admin, watched), timeoutMs).catch((error: unknown) => {
        onError(error);
        return nothing;
      });
      cached = { atMs: nowMs, figures };
    }
    return cached.figures;
  };
  for (const { name, of } of groupGauges) {
    metrics.gauge(name, async (gauge) => {
      const { groups } = await refresh();
      gauge.reset();
      for (const figures of groups) {
        const value = of(figures);
        if (value !== null) gauge.set({ stream: figures.stream, group: figures.group }, value);
      }
    });
  }
  metrics.gauge('stream_dlq_count', async (gauge) => {
    const { deadLetters } = await refresh();
    gauge.reset();
    for (const [stream, count] of deadLetters) gauge.set({ stream }, count);
  });
}

async function readFigures(admin: StreamAdmin, watched: WatchedStreams): Promise<Figures> {
  const streams = Object.entries(watched);
  const groups = await Promise.all(
    streams.map(async ([stream, expected]) => {
      const found = await admin.groups(stream);
      const missing = expected.filter((group) => !found.some((figures) => figures.group === group));
      const entries = missing.length === 0 ? 0 : await admin.length(stream);
      return [...found, ...missing.map((group) => figuresOfMissing(stream, group, entries))];
    }),
  );
  const counts = await Promise.all(
    streams.map(async ([stream]) => [stream, await admin.length(`${stream}.dlq`)] as const),
  );
  return { groups: groups.flat(), deadLetters: new Map(counts) };
}

/** A group that nobody has created yet begins with the stream's oldest entry: all of them wait for it. */
function figuresOfMissing(stream: string, group: string, entries: number): GroupFigures {
  return { stream, group, pending: 0, lag: entries, lagSeconds: 0, consumers: 0, oldestPendingSeconds: 0 };
}

async function withTimeout<Result>(work: Promise<Result>, timeoutMs: number): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`expected an answer within ${String(timeoutMs)} ms, was none`));
    }, timeoutMs);
  });
  try {
    return await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
