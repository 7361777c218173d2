/** The station's log: one JSON object a line, to stderr or to a file of bounded size. */
import { existsSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Logger, pino } from 'pino';

export type Log = Logger;

export interface LogOptions {
  readonly level?: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** Absent: stderr, so that stdout stays free for a command's answer. */
  readonly file?: string;
}

/** A log file above this size is put aside as `<file>.1` when it is opened next. */
export const logRotationBytes = 10 * 1024 * 1024;

/** Lines beyond this that can not be written now are dropped. */
const keptUnwrittenBytes = 1024 * 1024;

export function createLog(options: LogOptions = {}): Log {
  const dest = options.file ? openable(options.file) : 2;
  const destination = pino.destination({ dest, sync: true, maxLength: keptUnwrittenBytes });
  // A full disk or a closed terminal: what could not be written is tried again with the next line.
  destination.on('error', () => undefined);
  return pino({ level: options.level ?? 'info', base: { pid: process.pid } }, destination);
}

/** For tests and for commands that report by themselves. */
export function createSilentLog(): Log {
  return pino({ level: 'silent' });
}

function openable(file: string): string {
  mkdirSync(dirname(file), { recursive: true });
  if (existsSync(file) && statSync(file).size > logRotationBytes) renameSync(file, `${file}.1`);
  return file;
}
