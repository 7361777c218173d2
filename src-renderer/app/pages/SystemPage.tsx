/** The station and its machine: settings, devices, disk, database. */
import { useQuery } from '@tanstack/react-query';
import type { Health } from '../../../src-preload/contract/index.ts';
import { station } from '../../client/station.ts';
import { Loaded } from '../../components/Loaded.tsx';
import { PageHeader } from '../../components/PageHeader.tsx';
import { DatabasePanel } from '../../features/system/DatabasePanel.tsx';
import { MachinePanel } from '../../features/system/MachinePanel.tsx';
import { ProvidersPanel } from '../../features/system/ProvidersPanel.tsx';
import { RestPanel } from '../../features/system/RestPanel.tsx';
import { SettingsForm } from '../../features/system/SettingsForm.tsx';
import { StoragePanel } from '../../features/system/StoragePanel.tsx';
import layout from './layout.module.css';

export function SystemPage() {
  const health = useQuery({ ...station.system.getHealth.queryOptions(), refetchInterval: 15_000 });
  return (
    <>
      <PageHeader title="Settings & Health" description="This station, and the machine that it runs on." />
      <div className={layout.stack}>
        <Loaded query={health} height={480}>
          {(answer) => <HealthPanels health={answer} />}
        </Loaded>
      </div>
    </>
  );
}

function HealthPanels({ health }: { readonly health: Health }) {
  return (
    <div className={layout.twoColumns}>
      <div className={layout.stack}>
        <SettingsForm />
        <ProvidersPanel health={health} />
        <RestPanel health={health} />
      </div>
      <div className={layout.stack}>
        <DatabasePanel health={health} />
        <StoragePanel health={health} />
        <MachinePanel health={health} />
      </div>
    </div>
  );
}
