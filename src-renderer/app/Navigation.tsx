/** The left column: the station's name and the stages of the loop. */

import { ActionIcon, type MantineColorScheme, Tooltip, useMantineColorScheme } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Keyboard, Monitor, Moon, Sun } from 'lucide-react';
import { Link, useLocation } from 'wouter';
import { station } from '../client/station.ts';
import { BrandMark } from './BrandMark.tsx';
import classes from './Navigation.module.css';
import { isOnPage, type Page, pages } from './pages.ts';
import { useHelp } from './use-help.ts';

export function Navigation() {
  return (
    <nav className={classes.nav} aria-label="Stages">
      <Brand />
      <ul className={classes.list}>
        {pages.map((page, index) => (
          <li key={page.path}>
            <PageLink page={page} shortcut={index + 1} />
          </li>
        ))}
      </ul>
      <div className={classes.foot}>
        <HelpButton />
        <ThemeSwitch />
      </div>
    </nav>
  );
}

function Brand() {
  const settings = useQuery(station.system.getSettings.queryOptions());
  return (
    <div className={classes.brand}>
      <BrandMark />
      <div className={classes.brandText}>
        <span className={classes.product}>Fieldstation</span>
        <span className={classes.station} title={settings.data?.stationName}>
          {settings.data?.stationName ?? ' '}
        </span>
      </div>
    </div>
  );
}

function PageLink({ page, shortcut }: { readonly page: Page; readonly shortcut: number }) {
  const [location] = useLocation();
  const isActive = isOnPage(page, location);
  const Icon = page.icon;
  return (
    <Link
      href={page.path}
      className={classes.link}
      data-active={isActive || undefined}
      aria-current={isActive ? 'page' : undefined}
      aria-keyshortcuts={`Alt+${shortcut}`}
    >
      <Icon size={19} strokeWidth={1.9} aria-hidden />
      {page.name}
    </Link>
  );
}

function HelpButton() {
  const open = useHelp((help) => help.open);
  return (
    <Tooltip label="Keyboard shortcuts (?)">
      <ActionIcon
        className={classes.tool}
        size={44}
        variant="subtle"
        aria-label="Keyboard shortcuts"
        onClick={open}
      >
        <Keyboard size={19} aria-hidden />
      </ActionIcon>
    </Tooltip>
  );
}

const schemes = {
  auto: { next: 'light', label: 'Theme: follows the system', icon: Monitor },
  light: { next: 'dark', label: 'Theme: light', icon: Sun },
  dark: { next: 'auto', label: 'Theme: dark', icon: Moon },
} as const satisfies Record<
  MantineColorScheme,
  { next: MantineColorScheme; label: string; icon: typeof Sun }
>;

function ThemeSwitch() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const { next, label, icon: Icon } = schemes[colorScheme];
  return (
    <Tooltip label={label}>
      <ActionIcon
        className={classes.tool}
        size={44}
        variant="subtle"
        aria-label={label}
        onClick={() => setColorScheme(next)}
      >
        <Icon size={19} aria-hidden />
      </ActionIcon>
    </Tooltip>
  );
}
