/** What the machine and the process say about themselves. */
import os from 'node:os';
import type { Health } from '../../src-preload/contract/system.ts';

type MachineHealth = Pick<Health, 'node' | 'platform' | 'cpu' | 'memory'>;

export function readMachineHealth(): MachineHealth {
  const cpus = os.cpus();
  return {
    node: process.versions.node,
    platform: `${os.type()} ${os.release()} ${os.arch()}`,
    cpu: { model: cpus[0]?.model.trim() ?? 'unknown', cores: os.availableParallelism() },
    memory: {
      totalBytes: os.totalmem(),
      freeBytes: os.freemem(),
      stationBytes: process.memoryUsage.rss(),
    },
  };
}
