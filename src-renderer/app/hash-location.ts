/**
 * Routing in the hash, path and filters both: `#/data?class=rust`. wouter's own hash hook puts the search part before
 * the hash, where it would stay on while the page changes.
 */
import { useSyncExternalStore } from 'react';

function subscribe(onChange: () => void): () => void {
  window.addEventListener('hashchange', onChange);
  window.addEventListener('popstate', onChange);
  return () => {
    window.removeEventListener('hashchange', onChange);
    window.removeEventListener('popstate', onChange);
  };
}

function splitHash(): readonly [path: string, search: string] {
  const [path = '', search = ''] = window.location.hash.replace(/^#?\/?/, '').split('?', 2);
  return [`/${path}`, search];
}

/** Goes to `/path?search`. */
export function navigate(to: string, options: { readonly replace?: boolean } = {}): void {
  const url = `${window.location.pathname}${window.location.search}#${to}`;
  window.history[options.replace === true ? 'replaceState' : 'pushState'](null, '', url);
  window.dispatchEvent(new HashChangeEvent('hashchange'));
}

/** wouter's location hook: the path, without its search part. */
export function useHashPath(): [string, typeof navigate] {
  return [useSyncExternalStore(subscribe, () => splitHash()[0]), navigate];
}

useHashPath.hrefs = (href: string): string => `#${href}`;

/** wouter's search hook: what follows `?` within the hash. */
export function useHashSearch(): string {
  return useSyncExternalStore(subscribe, () => splitHash()[1]);
}
