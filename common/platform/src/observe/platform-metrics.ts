import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import type { AgentState } from '../agent/definition.js';
import { messageOutcomes, type BusObserver } from '../bus/bus-observer.js';
import { platformMetrics, type MetricDefinition, type PlatformMetricName } from './metric-names.js';

export interface HttpSample {
  readonly method: string;
  /** Path of the OpenAPI file (`/trade/status/{id}`), or `unmatched`. */
  readonly route: string;
  readonly statusCode: number;
  readonly seconds: number;
}

const agentStates: readonly AgentState[] = ['starting', 'ready', 'draining', 'stopped', 'failed'];
const heartbeatMs = 1000;

/** The metrics of one agent, in a registry of its own. */
export class PlatformMetrics {
  readonly registry = new Registry();
  readonly #service: string;
  readonly #http: Histogram;
  readonly #adminFailures: Counter;
  readonly #serviceFailures: Counter;
  readonly #reloads: Counter;
  readonly #state: Gauge;
  readonly #messages: Counter;
  readonly #requeued: Counter;
  readonly #trimmed: Counter;
  readonly #heartbeat: NodeJS.Timeout;

  constructor(options: { service: string; version: string; defaultMetrics?: boolean }) {
    this.#service = options.service;
    if (options.defaultMetrics !== false) collectDefaultMetrics({ register: this.registry });
    this.#http = this.histogram('http_request_duration_seconds');
    this.#adminFailures = this.counter('admin_auth_failures_total');
    this.#serviceFailures = this.counter('service_auth_failures_total');
    this.#reloads = this.counter('config_reloads_total');
    this.#state = this.gauge('agent_state');
    this.#messages = this.counter('stream_messages_total');
    this.#requeued = this.counter('stream_requeued_total');
    this.#trimmed = this.counter('stream_trimmed_unread_total');
    this.gauge('build_info').set(
      { service: options.service, version: options.version, node_version: process.version },
      1,
    );
    const heartbeat = this.gauge('agent_heartbeat_timestamp_seconds');
    heartbeat.setToCurrentTime();
    this.#heartbeat = setInterval(() => {
      heartbeat.setToCurrentTime();
    }, heartbeatMs);
    this.#heartbeat.unref();
    this.setState('starting');
  }

  observeHttp({ method, route, statusCode, seconds }: HttpSample): void {
    this.#http.observe({ service: this.#service, method, route, status_code: String(statusCode) }, seconds);
  }

  countAuthFailure(scheme: 'adminToken' | 'serviceToken'): void {
    (scheme === 'adminToken' ? this.#adminFailures : this.#serviceFailures).inc();
  }

  countReload(): void {
    this.#reloads.inc();
  }

  setState(state: AgentState): void {
    for (const name of agentStates) this.#state.set({ state: name }, name === state ? 1 : 0);
  }

  /** Starts the counters of what the agent reads at 0: a rate of something that first happens tomorrow sees it happen. */
  declareGroups(groups: readonly { readonly stream: string; readonly group: string }[]): void {
    for (const { stream, group } of groups) {
      for (const outcome of messageOutcomes) this.#messages.inc({ stream, group, outcome }, 0);
      this.#trimmed.inc({ stream }, 0);
    }
  }

  /** The same for dead letters of `streams` that may be put back through this agent. */
  declareStreams(streams: readonly string[]): void {
    for (const stream of streams) this.#requeued.inc({ stream }, 0);
  }

  /** Counts what the bus tells. */
  busObserver(): BusObserver {
    const durations = this.histogram('stream_handle_duration_seconds');
    return {
      onOutcome: ({ stream, group, outcome }) => {
        this.#messages.inc({ stream, group, outcome });
      },
      onHandled: ({ stream, group, seconds }) => {
        durations.observe({ stream, group }, seconds);
      },
      onRequeued: ({ stream }) => {
        this.#requeued.inc({ stream });
      },
      onTrimmedUnread: ({ stream, count }) => {
        this.#trimmed.inc({ stream }, count);
      },
    };
  }

  counter(name: PlatformMetricName): Counter {
    return new Counter(this.#options(name));
  }

  /** `collect` runs before each scrape and sets the value. */
  gauge(name: PlatformMetricName, collect?: (gauge: Gauge) => Promise<void>): Gauge {
    const options = this.#options(name);
    if (collect === undefined) return new Gauge(options);
    return new Gauge({
      ...options,
      async collect() {
        await collect(this);
      },
    });
  }

  histogram(name: PlatformMetricName): Histogram {
    const { buckets } = platformMetrics[name] as MetricDefinition;
    return new Histogram({ ...this.#options(name), ...(buckets === undefined ? {} : { buckets: [...buckets] }) });
  }

  close(): void {
    clearInterval(this.#heartbeat);
    this.registry.clear();
  }

  #options(name: PlatformMetricName) {
    const { help, labels } = platformMetrics[name] as MetricDefinition;
    return { name, help, labelNames: [...labels], registers: [this.registry] };
  }
}
