/** The pages in the order of the loop, as the navigation and the keyboard know them. */
import {
  BrainCircuit,
  Images,
  Layers,
  LayoutDashboard,
  type LucideIcon,
  Rocket,
  Settings2,
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
  { path: '/data', name: 'Data', purpose: 'Collect and label pictures', icon: Images },
  { path: '/datasets', name: 'Datasets', purpose: 'Frozen versions and their differences', icon: Layers },
  { path: '/training', name: 'Training', purpose: 'Runs and their curves', icon: BrainCircuit },
  { path: '/models', name: 'Models', purpose: 'Compare, promote, roll back', icon: Rocket },
  { path: '/system', name: 'Settings & Health', purpose: 'This station and its machine', icon: Settings2 },
];

/** True where `location` lies on `page` or below it. */
export function isOnPage(page: Page, location: string): boolean {
  if (page.path === '/') return location === '/' || location === '';
  return location === page.path || location.startsWith(`${page.path}/`);
}
