/** The menu bar and the tray: the station goes on in the tray when its window is closed. */
import { app, Menu, type MenuItemConstructorOptions, nativeImage, Tray } from 'electron';

export interface DesktopActions {
  showWindow(): void;
}

export function setMenu(isDeveloping: boolean): void {
  const view: MenuItemConstructorOptions[] = [
    { role: 'resetZoom' },
    { role: 'zoomIn' },
    { role: 'zoomOut' },
    { type: 'separator' },
    { role: 'togglefullscreen' },
    ...(isDeveloping
      ? ([{ role: 'reload' }, { role: 'toggleDevTools' }] satisfies MenuItemConstructorOptions[])
      : []),
  ];
  const template: MenuItemConstructorOptions[] = [
    ...(process.platform === 'darwin' ? ([{ role: 'appMenu' }] satisfies MenuItemConstructorOptions[]) : []),
    { label: 'File', submenu: [{ role: 'close' }, { role: 'quit' }] },
    { role: 'editMenu' },
    { label: 'View', submenu: view },
    { role: 'windowMenu' },
  ];
  Menu.setApplicationMenu(Menu.buildFromTemplate(template));
}

/** The caller keeps the tray: a collected one disappears from the screen. */
export function createTray(icon: string, actions: DesktopActions): Tray {
  const tray = new Tray(nativeImage.createFromPath(icon).resize({ width: 18, height: 18 }));
  tray.setToolTip('Fieldstation');
  tray.setContextMenu(
    Menu.buildFromTemplate([
      { label: 'Open Fieldstation', click: actions.showWindow },
      { type: 'separator' },
      { label: 'Quit (ends running jobs in order)', click: () => app.quit() },
    ]),
  );
  tray.on('click', actions.showWindow);
  return tray;
}
