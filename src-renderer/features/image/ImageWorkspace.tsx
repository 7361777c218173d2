/** The Data page below its header: filter, wall of pictures, classes, large view, and the keys that drive them. */
import { Button, Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Grid3x3, Images, Redo2, RefreshCw, SearchX, Undo2 } from 'lucide-react';
import { useRef, useState } from 'react';
import { useLocation, useSearch } from 'wouter';
import type { ImageFilter, ImageOrder } from '../../../src-preload/contract/index.ts';
import { errorMessage } from '../../client/errors.ts';
import { station } from '../../client/station.ts';
import { EmptyState } from '../../components/EmptyState.tsx';
import { formatCount, formatPlural } from '../../components/formatting.ts';
import { Notice } from '../../components/Notice.tsx';
import { AutoLabelDialog } from '../annotation/AutoLabelDialog.tsx';
import { ClassPanel } from '../annotation/ClassPanel.tsx';
import { LabelHistory } from '../annotation/LabelHistory.tsx';
import { useClasses } from '../annotation/use-classes.ts';
import { ImportButtons } from '../collector/ImportButtons.tsx';
import { ExportSelectionDialog } from '../dataset/ExportSelectionDialog.tsx';
import { deskHref } from '../desk/desk-queues.ts';
import { DatasetMap } from './DatasetMap.tsx';
import { FilterBar, FilterChips } from './FilterBar.tsx';
import { type GridView, ImageGrid } from './ImageGrid.tsx';
import { ImageViewer } from './ImageViewer.tsx';
import classes from './ImageWorkspace.module.css';
import { dataHref, filterFromSearch, orderFromSearch, withPart } from './image-filter.ts';
import { useImageView } from './image-store.ts';
import { withoutSubject } from './map-cells.ts';
import { SelectionBar } from './SelectionBar.tsx';
import { targets } from './selection.ts';
import { type ImageCommands, useImageCommands } from './use-image-commands.ts';
import { useImageKeys } from './use-image-keys.ts';
import { type ImageWindows, useImageWindows, useMeanColors } from './use-image-windows.ts';
import { useSelectionActions } from './use-selection-actions.ts';

const firstView: GridView = { firstIndex: 0, lastIndex: 0, columns: 1, rowsInView: 1 };

export function ImageWorkspace() {
  const { filter, order, setFilter, setOrder } = useAddress();
  const [view, setView] = useState(firstView);
  const { classes: labelClasses, colorOf } = useClasses();
  const windows = useImageWindows(filter, view.firstIndex, view.lastIndex, order);
  const settings = useQuery(station.system.getSettings.queryOptions());
  const [, navigate] = useLocation();
  const isDetection = settings.data?.task === 'detection';
  const openDesk = isDetection ? (hash: string) => navigate(deskHref(filter, hash)) : undefined;
  const commands = useImageCommands({ filter, order, windows, view, openDesk });
  const [dialog, setDialog] = useState<Dialog>(null);
  const act = useSelectionActions({ filter, openDialog: setDialog });
  const searchRef = useRef<HTMLInputElement>(null);
  useImageKeys({ labelClasses, commands, searchRef, act });
  const { isMapOpen, setMapOpen } = useImageView();
  const meanColors = useMeanColors(filter, order, windows.total);
  return (
    <div className={classes.workspace}>
      <FilterBar
        filter={filter}
        order={order}
        classNames={labelClasses.map(({ name }) => name)}
        onFilter={setFilter}
        onOrder={setOrder}
        searchRef={searchRef}
      />
      <Toolbar filter={filter} onFilter={setFilter} windows={windows} commands={commands} />
      <div className={classes.columns}>
        <div className={classes.left}>
          {isMapOpen && (
            <DatasetMap
              filter={filter}
              colorOf={colorOf}
              onFilter={setFilter}
              onClose={() => setMapOpen(false)}
            />
          )}
          <Wall
            filter={filter}
            windows={windows}
            meanColors={meanColors}
            commands={commands}
            colorOf={colorOf}
            onView={setView}
            onClear={() => setFilter({})}
          />
        </div>
        <ClassPanel
          labelClasses={labelClasses}
          targetCount={commands.targetCount}
          filteredBy={filter.className}
          onLabel={commands.label}
          onFilter={(className) => setFilter(withPart(withoutSubject(filter), 'className', className))}
        />
      </div>
      {commands.selectedCount > 0 && (
        <SelectionBar
          count={commands.selectedCount}
          isAside={filter.setAside === true}
          isDetection={isDetection}
          onAct={act}
          onClear={commands.close}
        />
      )}
      <Viewer windows={windows} commands={commands} colorOf={colorOf} />
      <SelectionDialogs dialog={dialog} onClose={() => setDialog(null)} />
    </div>
  );
}

type Dialog = 'autoLabel' | 'export' | null;

function SelectionDialogs({ dialog, onClose }: { readonly dialog: Dialog; readonly onClose: () => void }) {
  const chosen = targets(useImageView(({ selection }) => selection));
  return (
    <>
      <AutoLabelDialog isOpen={dialog === 'autoLabel'} onClose={onClose} imageHashes={chosen} />
      <ExportSelectionDialog isOpen={dialog === 'export'} onClose={onClose} imageHashes={chosen} />
    </>
  );
}

/** Filter and order stand in the address; each change replaces it, so that "back" leaves the page. */
function useAddress() {
  const search = useSearch();
  const [, navigate] = useLocation();
  const [cached, setCached] = useState(() => readAddress(search));
  const current = cached.search === search ? cached : readAddress(search);
  if (current !== cached) setCached(current);
  const { filter, order } = current;
  const go = (to: string) => navigate(to, { replace: true });
  return {
    ...{ filter, order },
    setFilter: (next: ImageFilter) => go(dataHref(next, order)),
    setOrder: (next: ImageOrder) => go(dataHref(filter, next)),
  };
}

function readAddress(search: string) {
  return { search, filter: filterFromSearch(search), order: orderFromSearch(search) };
}

interface ToolbarProps {
  readonly filter: ImageFilter;
  readonly onFilter: (filter: ImageFilter) => void;
  readonly windows: ImageWindows;
  readonly commands: ImageCommands;
}

function Toolbar({ filter, onFilter, windows, commands }: ToolbarProps) {
  const { selectedCount, strayCount } = commands;
  return (
    <div className={classes.toolbar}>
      <FilterChips filter={filter} onFilter={onFilter} summary={summaryOf(windows.total, selectedCount)} />
      <div className={classes.tools}>
        <MapButton />
        {strayCount > 0 && (
          <Button
            variant="light"
            size="sm"
            h={40}
            leftSection={<RefreshCw size={16} aria-hidden />}
            onClick={commands.dropStrays}
            data-testid="drop-strays"
          >
            Take out {strayCount} that no longer {strayCount === 1 ? 'matches' : 'match'}
          </Button>
        )}
        <Button
          variant="default"
          size="sm"
          h={40}
          leftSection={<Undo2 size={16} aria-hidden />}
          onClick={() => void commands.undo()}
        >
          Undo
        </Button>
        <Button
          variant="default"
          size="sm"
          h={40}
          leftSection={<Redo2 size={16} aria-hidden />}
          onClick={() => void commands.redo()}
        >
          Redo
        </Button>
      </div>
    </div>
  );
}

function MapButton() {
  const { isMapOpen, setMapOpen } = useImageView();
  return (
    <Button
      variant={isMapOpen ? 'outline' : 'default'}
      size="sm"
      h={40}
      leftSection={<Grid3x3 size={16} aria-hidden />}
      aria-pressed={isMapOpen}
      aria-keyshortcuts="Alt+M"
      onClick={() => setMapOpen(!isMapOpen)}
    >
      Map
    </Button>
  );
}

function summaryOf(total: number | undefined, selectedCount: number): string {
  if (total === undefined) return 'Loading pictures';
  const all = formatPlural(total, 'picture');
  return selectedCount > 1
    ? `${formatPlural(selectedCount, 'picture')} of ${formatCount(total)} selected`
    : all;
}

interface WallProps {
  readonly filter: ImageFilter;
  readonly windows: ImageWindows;
  readonly meanColors: string | undefined;
  readonly commands: ImageCommands;
  readonly colorOf: (className: string) => string | undefined;
  readonly onView: (view: GridView) => void;
  readonly onClear: () => void;
}

function Wall({ filter, windows, meanColors, commands, colorOf, onView, onClear }: WallProps) {
  const { selection, tileSize } = useImageView();
  if (windows.total === undefined && windows.error !== null) {
    return (
      <Notice
        tone="bad"
        title="The pictures could not be read"
        action={<Button onClick={windows.retry}>Try again</Button>}
      >
        {errorMessage(windows.error)}
      </Notice>
    );
  }
  if (windows.total === undefined) return <Skeleton height="100%" radius="md" />;
  if (windows.total === 0)
    return <NoPictures isFiltered={Object.keys(filter).length > 0} onClear={onClear} />;
  return (
    <ImageGrid
      total={windows.total}
      imageAt={windows.imageAt}
      colorOf={colorOf}
      meanColors={meanColors}
      tileSize={tileSize}
      selection={selection}
      onView={onView}
      onPick={commands.pick}
      onOpen={commands.open}
      focusRef={commands.gridRef}
    />
  );
}

function NoPictures({ isFiltered, onClear }: { readonly isFiltered: boolean; readonly onClear: () => void }) {
  if (isFiltered) {
    return (
      <EmptyState
        icon={SearchX}
        title="No picture matches"
        action={
          <Button variant="default" onClick={onClear}>
            Clear the filter
          </Button>
        }
      >
        Nothing at the station fits all parts of this filter. Where you filtered for unlabelled pictures, you
        are done.
      </EmptyState>
    );
  }
  return (
    <div className={classes.invitation}>
      <EmptyState icon={Images} title="Drop pictures or folders here" action={<ImportButtons />}>
        One folder per class gives its pictures that label; loose pictures come in unlabelled. The pictures
        are copied into the station, so the originals may go away afterwards.
      </EmptyState>
    </div>
  );
}

function Viewer({ windows, commands, colorOf }: Pick<WallProps, 'windows' | 'commands' | 'colorOf'>) {
  const { selection, isViewerOpen, setViewerOpen } = useImageView();
  const index = selection.focus?.index ?? 0;
  const image = windows.imageAt(index);
  const { classes: labelClasses } = useClasses();
  return (
    <ImageViewer
      image={image}
      index={index}
      total={windows.total ?? 0}
      isOpen={isViewerOpen}
      color={image?.className == null ? undefined : colorOf(image.className)}
      onClose={() => setViewerOpen(false)}
      onStep={(step) => commands.move(step === 1 ? 'right' : 'left', false)}
    >
      <ClassPanel
        labelClasses={labelClasses}
        targetCount={1}
        filteredBy={undefined}
        onLabel={commands.label}
        onFilter={undefined}
      />
      {image !== undefined && <LabelHistory imageHash={image.hash} />}
    </ImageViewer>
  );
}
