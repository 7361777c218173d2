/** The pages in the order of the loop, as the navigation and the keyboard know them. */
import {
  BrainCircuit,
  FlaskConical,
  Gauge,
  Images,
  Layers,
  LayoutDashboard,
  type LucideIcon,
  Rocket,
  Settings2,
  SquareDashed,
} from 'lucide-react';

export interface Page {
  readonly path: string;
  readonly name: string;
  readonly purpose: string;
  readonly icon: LucideIcon;
}

/** Alt+1 opens the first, and so on. */
export const pages: readonly Page[] = [
  { path: '/', name: 'Overview', purpose: 'The loop and what to do next', icon: LayoutDashboard },
  { path: '/data', name: 'Data', purpose: 'Collect, find and label pictures', icon: Images },
  { path: '/desk', name: 'Label', purpose: 'Draw boxes, one picture after the other', icon: SquareDashed },
  { path: '/datasets', name: 'Datasets', purpose: 'Frozen versions and their differences', icon: Layers },
  { path: '/training', name: 'Training', purpose: 'Runs and their curves', icon: BrainCircuit },
  {
    path: '/experiments',
    name: 'Experiments',
    purpose: 'Runs side by side',
    icon: FlaskConical,
  },
  {
    path: '/evaluation',
    name: 'Evaluation',
    purpose: 'Figures, errors and the pictures behind them',
    icon: Gauge,
  },
  { path: '/models', name: 'Models', purpose: 'Compare, promote, roll back', icon: Rocket },
  { path: '/system', name: 'Settings & Health', purpose: 'This station and its machine', icon: Settings2 },
];

/** True where `location` lies on `page` or below it. */
export function isOnPage(page: Page, location: string): boolean {
  if (page.path === '/') return location === '/' || location === '';
  return location === page.path || location.startsWith(`${page.path}/`);
}
