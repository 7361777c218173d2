/** The frame around every page: navigation, connection banner, the page itself, and the tray of jobs. */
import { Suspense } from 'react';
import { Route, Switch, useLocation } from 'wouter';
import { ErrorBoundary } from '../components/ErrorBoundary.tsx';
import { ImportDialog } from '../features/collector/ImportDialog.tsx';
import { PageDropZone } from '../features/collector/PageDropZone.tsx';
import { JobTray } from '../features/job/JobTray.tsx';
import { ConnectionBanner } from './ConnectionBanner.tsx';
import { KeyboardHelp } from './KeyboardHelp.tsx';
import { Navigation } from './Navigation.tsx';
import { DataPage } from './pages/DataPage.tsx';
import { DatasetsPage } from './pages/DatasetsPage.tsx';
import { DeskPage } from './pages/DeskPage.tsx';
import { EvaluationPage, EvaluationsPage } from './pages/EvaluationPage.tsx';
import { EvaluationPicturesPage } from './pages/EvaluationPicturesPage.tsx';
import { ExperimentsPage } from './pages/ExperimentsPage.tsx';
import { ModelsPage } from './pages/ModelsPage.tsx';
import { NotFoundPage } from './pages/NotFoundPage.tsx';
import { OverviewPage } from './pages/OverviewPage.tsx';
import { QualityPage } from './pages/QualityPage.tsx';
import { RunPage } from './pages/RunPage.tsx';
import { SystemPage } from './pages/SystemPage.tsx';
import { TeamPage } from './pages/TeamPage.tsx';
import { TrainingPage } from './pages/TrainingPage.tsx';
import classes from './Shell.module.css';
import { useStationEvents } from './use-station-events.ts';

export function Shell() {
  useStationEvents();
  const [location] = useLocation();
  return (
    <div className={classes.shell}>
      <button type="button" className={classes.skip} onClick={focusMain}>
        Skip to the page
      </button>
      <Navigation />
      <main id="main" tabIndex={-1} className={classes.main}>
        <ConnectionBanner />
        <ErrorBoundary key={location}>
          <Suspense fallback={null}>
            <Pages />
          </Suspense>
        </ErrorBoundary>
      </main>
      <JobTray />
      <PageDropZone />
      <ImportDialog />
      <KeyboardHelp />
    </div>
  );
}

function Pages() {
  return (
    <Switch>
      <Route path="/" component={OverviewPage} />
      <Route path="/data" component={DataPage} />
      <Route path="/data/quality" component={QualityPage} />
      <Route path="/data/team" component={TeamPage} />
      <Route path="/desk" component={DeskPage} />
      <Route path="/datasets/:name?/:version?">
        {({ name, version }) => <DatasetsPage name={decode(name)} version={toNumber(version)} />}
      </Route>
      <Route path="/training" component={TrainingPage} />
      <Route path="/training/:id">{({ id }) => <RunPage key={id} id={id} />}</Route>
      <Route path="/experiments" component={ExperimentsPage} />
      <Route path="/evaluation" component={EvaluationsPage} />
      <Route path="/evaluation/:id">{({ id }) => <EvaluationPage key={id} id={id} />}</Route>
      <Route path="/evaluation/:id/pictures">{({ id }) => <EvaluationPicturesPage key={id} id={id} />}</Route>
      <Route path="/models/:name?/:version?">
        {({ name, version }) => <ModelsPage name={decode(name)} version={toNumber(version)} />}
      </Route>
      <Route path="/system" component={SystemPage} />
      <Route component={NotFoundPage} />
    </Switch>
  );
}

function decode(part: string | undefined): string | undefined {
  return part === undefined ? undefined : decodeURIComponent(part);
}

function toNumber(part: string | undefined): number | undefined {
  const value = Number(part);
  return part === undefined || !Number.isInteger(value) ? undefined : value;
}

function focusMain(): void {
  document.getElementById('main')?.focus();
}
