/** Calls about the station itself. */
import type { Health, Overview, Settings } from '../../src-preload/contract/system.ts';
import type { Clock } from '../base/clock.ts';
import type { KeptForms } from '../loop/training/kept-forms.ts';
import type { Store } from '../store/store.ts';
import type { Implementer } from './implementer.ts';
import { readMachineHealth } from './machine-health.ts';
import type { ProviderProbe } from './provider-probe.ts';
import type { StationEvents } from './station-events.ts';

export interface SystemServices {
  readonly store: Pick<Store, 'settings' | 'maintenance' | 'folder'>;
  readonly probe: ProviderProbe;
  readonly keptForms: Pick<KeptForms, 'count'>;
  readonly events: StationEvents;
  readonly clock: Clock;
  readonly version: string;
  readonly host: Health['host'];
  readonly startedAt: number;
  readonly readOverview: () => Overview;
}

export function createSystemApi({ system: api }: Implementer, services: SystemServices) {
  const { store, probe, events } = services;
  const tellChange = () => events.publish({ type: 'system.changed' });
  return {
    getHealth: api.getHealth.handler(() => readHealth(services)),
    getOverview: api.getOverview.handler(() => services.readOverview()),
    getSettings: api.getSettings.handler(() => store.settings.read()),
    updateSettings: api.updateSettings.handler(({ input }) => {
      const settings = store.settings.update(withoutUndefined(input));
      tellChange();
      return settings;
    }),
    probeProviders: api.probeProviders.handler(async () => {
      const reports = [...(await probe.probe())];
      tellChange();
      return reports;
    }),
    checkIntegrity: api.checkIntegrity.handler(async () => {
      const report = await store.maintenance.checkIntegrity({ isDeep: true });
      tellChange();
      return report;
    }),
    listSnapshots: api.listSnapshots.handler(() => store.maintenance.listSnapshots()),
    createSnapshot: api.createSnapshot.handler(async () => {
      const snapshot = await store.maintenance.createSnapshot();
      tellChange();
      return snapshot;
    }),
    watchEvents: api.watchEvents.handler(({ signal }) => events.watch(signal)),
  };
}

async function readHealth({
  store,
  probe,
  keptForms,
  clock,
  version,
  host,
  startedAt,
}: SystemServices): Promise<Health> {
  return {
    ...readMachineHealth(),
    version,
    host,
    dataDir: store.folder.dir,
    startedAt,
    uptimeMs: clock.now() - startedAt,
    disk: await store.maintenance.measureUsage(),
    database: store.maintenance.integrity,
    providers: [...probe.reports],
    chosenProvider: probe.chosen,
    convolutionForms: keptForms.count(),
  };
}

/** An absent setting stays as it is. */
function withoutUndefined(changes: { [K in keyof Settings]?: Settings[K] | undefined }): Partial<Settings> {
  return Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
}
