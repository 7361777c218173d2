/** The address space of the installed app: one scheme, one host, and the questions that security asks about addresses. */

export const pageScheme = 'app';
const pageHost = 'station';
export const pageUrl = `${pageScheme}://${pageHost}/`;

/** For `protocol.registerSchemesAsPrivileged`: an origin of its own, with everything that a page of https may do. */
export const schemePrivileges = {
  standard: true,
  secure: true,
  supportFetchAPI: true,
  stream: true,
  codeCache: true,
} as const;

/** Whether an address is the app's own. An origin would not tell: Node knows none for a scheme of ours. */
export function isOwnUrl(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, host, username, password } = new URL(url);
  return protocol === `${pageScheme}:` && host === pageHost && username === '' && password === '';
}

/** What Electron tells about the sender of a message. */
export interface MessageSender {
  readonly url: string;
  /** False for a frame inside the page. */
  readonly isTopFrame: boolean;
}

/** Null: the frame is gone already. */
export function isTrustedSender(sender: MessageSender | null): boolean {
  return sender?.isTopFrame === true && isOwnUrl(sender.url);
}
