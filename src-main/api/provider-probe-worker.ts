/** The worker's side of a provider probe: tries one provider and answers. */
import { listProviders, probeProvider } from '../engine/index.ts';
import type { WorkerPort } from '../jobs/worker-port.ts';
import { type ProbeAnswer, probeRequestSchema } from './provider-probe.ts';

export function runProbeWorker(port: WorkerPort): void {
  port.onDisconnect(() => process.exit(0));
  port.onMessage(async (message) => {
    const { provider } = probeRequestSchema.parse(message);
    const { name, usable, reason, stepMs, amp } = await probeProvider(provider);
    const report = {
      ...{ name, isUsable: usable, reason, stepMs },
      amp: { isUsable: amp.usable, reason: amp.reason },
    };
    port.send({ listed: [...listProviders()], report } satisfies ProbeAnswer);
  });
}
