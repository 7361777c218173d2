/** How long a switch took, for a message. */
import type { DeploymentEvent } from '../../../src-preload/contract/index.ts';
import { formatDuration } from '../../components/formatting.ts';

export function switchText({ switchMs }: Pick<DeploymentEvent, 'switchMs'>): string {
  return switchMs === null ? '' : `Switched in ${formatDuration(switchMs)}.`;
}
