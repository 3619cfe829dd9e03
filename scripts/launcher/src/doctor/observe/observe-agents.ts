import { z } from 'zod';
import type { AgentFacts } from '../facts.js';
import { askJson, askText } from './ask-http.js';
import { observe } from './observation.js';

const healthReport = z.object({
  status: z.string(),
  state: z.string(),
  dependencies: z.record(z.string(), z.object({ status: z.string() })).default({}),
});

/** Asks an agent how it is, and of which version. */
export async function observeAgent(name: string, url: string): Promise<AgentFacts> {
  const health = await observe(`${url}/health`, async () => {
    const { status, state, dependencies } = healthReport.parse((await askJson(`${url}/health`)).body);
    const failed = Object.entries(dependencies).flatMap(([dependency, one]) =>
      one.status === 'ok' ? [] : [dependency],
    );
    return { healthy: status === 'ok', state, failed };
  });
  return { name, health, version: health.kind === 'seen' ? await versionOf(url) : undefined };
}

/** Of the metric `build_info`; undefined where the metrics cannot be had from here. */
async function versionOf(url: string): Promise<string | undefined> {
  const metrics = await observe('metrics', () => askText(`${url}/metrics`));
  return metrics.kind === 'seen'
    ? /^build_info\{(?:[^}]*,)?version="([^"]*)"/m.exec(metrics.value.text)?.[1]
    : undefined;
}
