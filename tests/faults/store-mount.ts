/** A small disk of its own, where the test may mount one: to fill it, and to make it read-only. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

export interface SmallDisk {
  readonly dir: string;
  makeReadOnly(): void;
  makeWritable(): void;
}

/** Whether this process may mount; told loudly where it may not, since what is skipped then is a promise untested. */
export const canMount = probeMount();

/** Unmounted after the test. */
export function mountSmallDisk(sizeBytes: number): SmallDisk {
  const dir = mkdtempSync(join(tmpdir(), 'fieldstation-disk-'));
  mount(dir, `size=${sizeBytes}`);
  onTestFinished(() => unmount(dir));
  return {
    dir,
    makeReadOnly: () => mount(dir, 'remount,ro'),
    makeWritable: () => mount(dir, 'remount,rw'),
  };
}

function mount(dir: string, options: string): void {
  execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', dir], { stdio: 'pipe' });
}

function unmount(dir: string): void {
  execFileSync('umount', ['--lazy', dir], { stdio: 'pipe' });
  rmdirSync(dir);
}

function probeMount(): boolean {
  const dir = mkdtempSync(join(tmpdir(), 'fieldstation-disk-'));
  try {
    mount(dir, 'size=65536');
    unmount(dir);
    return true;
  } catch {
    console.warn(
      'SKIPPED: full and read-only disks need the right to mount a tmpfs (run the tests as root on Linux)',
    );
    return false;
  }
}
