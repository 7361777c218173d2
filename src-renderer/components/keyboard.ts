/** When a key press is meant for the page and not for a field or a dialog. */

/** True while the person types into something, or a dialog has the keyboard. */
export function isTyping(event: KeyboardEvent): boolean {
  const target = event.target;
  if (!(target instanceof Element)) return false;
  return target.closest('input, textarea, select, [contenteditable="true"], [role="listbox"]') !== null;
}

/** True while a modal dialog is open that is not marked as a page of its own. */
export function isBehindDialog(): boolean {
  return document.querySelector('[role="dialog"][aria-modal="true"]') !== null;
}
