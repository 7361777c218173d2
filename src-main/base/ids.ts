/** Identifiers that sort by the time of their making and are safe in file names and URLs. */
import { randomBytes } from 'node:crypto';
import type { Clock } from './clock.ts';

const timeLength = 9;
const randomLength = 12;

/**
 * 21 characters of 0-9a-z: nine of the time in milliseconds, twelve random (60 bits).
 * Callers brand it: `createId(clock) as JobId`.
 */
export function createId(clock: Clock): string {
  const time = Math.trunc(clock.now()).toString(36).padStart(timeLength, '0');
  const random = Array.from(randomBytes(randomLength), (byte) => (byte & 31).toString(32));
  return time + random.join('');
}
