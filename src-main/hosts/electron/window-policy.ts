/** What the app's windows are, and what a page in them may have of the system. */
import { isOwnUrl } from './page-scheme.ts';

/** Every switch that keeps a page a page; most are defaults, written down so that a change of default shows. */
export const pagePreferences = {
  contextIsolation: true,
  sandbox: true,
  webSecurity: true,
  nodeIntegration: false,
  nodeIntegrationInWorker: false,
  nodeIntegrationInSubFrames: false,
  webviewTag: false,
  navigateOnDragDrop: false,
  allowRunningInsecureContent: false,
  experimentalFeatures: false,
  spellcheck: false,
} as const;

/** All that our page uses; cameras come as devices of the station, not of the page. */
const grantedPermissions: ReadonlySet<string> = new Set(['clipboard-sanitized-write', 'fullscreen']);

/** @param requestingUrl of the frame that asks, or its origin where that is all that is known. */
export function isPermissionGranted(permission: string, requestingUrl: string): boolean {
  return grantedPermissions.has(permission) && isOwnUrl(requestingUrl);
}

/** A window shows the app and nothing else. */
export function isNavigationAllowed(url: string): boolean {
  return isOwnUrl(url);
}
