/** Numbers, times and sizes as people read them. */

const missing = '–';

/** Made once: to make one costs as much as hundreds of uses, and lists are written again with every stroke. */
const counts = new Intl.NumberFormat('en-US');
const clocks = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' });
const dateTimes = new Intl.DateTimeFormat('en-GB', {
  ...{ day: 'numeric', month: 'short', year: 'numeric' },
  ...{ hour: '2-digit', minute: '2-digit' },
});

/** `12,345` */
export function formatCount(value: number): string {
  return counts.format(Math.round(value));
}

/** `1 picture`, `2 pictures` */
export function formatPlural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

/** 0.9534 → `95.3 %`; null → a dash. */
export function formatPercent(fraction: number | null | undefined, digits = 1): string {
  if (fraction === null || fraction === undefined || Number.isNaN(fraction)) return missing;
  return `${(fraction * 100).toFixed(digits)} %`;
}

/** 0.031 → `+3.1 points`; with a real minus sign. */
export function formatPoints(difference: number, digits = 1): string {
  const points = difference * 100;
  const sign = points < 0 ? '−' : '+';
  return `${sign}${Math.abs(points).toFixed(digits)} points`;
}

/** 754_000 → `12 min 34 s`; two units at most. */
export function formatDuration(durationMs: number): string {
  const seconds = Math.max(0, Math.round(durationMs / 1000));
  if (durationMs < 1000) return `${Math.max(0, Math.round(durationMs))} ms`;
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return joinUnits(minutes, 'min', seconds % 60, 's');
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return joinUnits(hours, 'h', minutes % 60, 'min');
  return joinUnits(Math.floor(hours / 24), 'd', hours % 24, 'h');
}

/** Time left, coarse enough not to flicker: `about 2 min left`. */
export function formatTimeLeft(remainingMs: number | null): string {
  if (remainingMs === null) return 'estimating time';
  if (remainingMs < 5_000) return 'a few seconds left';
  if (remainingMs < 60_000) return `${Math.ceil(remainingMs / 5_000) * 5} s left`;
  return `${formatDuration(Math.ceil(remainingMs / 60_000) * 60_000)} left`;
}

const sizeUnits = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];

/** 1_234_567 → `1.2 MB`, decimal units. */
export function formatBytes(sizeBytes: number): string {
  let value = sizeBytes;
  let unit = 0;
  while (value >= 999.5 && unit < sizeUnits.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit > 0 && value < 10 ? 1 : 0;
  return `${value.toFixed(digits)} ${sizeUnits[unit] ?? 'B'}`;
}

/** 1_234_567 → `1.23 M`; counts of parameters and operations. */
export function formatMagnitude(value: number): string {
  const scales: ReadonlyArray<readonly [number, string]> = [
    [1e12, 'T'],
    [1e9, 'G'],
    [1e6, 'M'],
    [1e3, 'k'],
  ];
  for (const [scale, suffix] of scales) {
    if (value >= scale) return `${(value / scale).toPrecision(3)} ${suffix}`;
  }
  return String(Math.round(value));
}

/** Milliseconds with the digits that matter: `0.84 ms`, `12.3 ms`, `141 ms`. */
export function formatLatency(durationMs: number): string {
  const digits = durationMs < 10 ? 2 : durationMs < 100 ? 1 : 0;
  return `${durationMs.toFixed(digits)} ms`;
}

/** A metric value of unknown kind with up to four significant digits. */
export function formatValue(value: number): string {
  if (Number.isInteger(value)) return formatCount(value);
  if (Math.abs(value) >= 1000) return formatCount(value);
  if (Math.abs(value) < 1e-3) return value.toExponential(2);
  return String(Number(value.toPrecision(4)));
}

/** `p < 0.001` below that, else three decimals. */
export function formatProbability(pValue: number): string {
  return pValue < 0.001 ? 'p < 0.001' : `p = ${pValue.toFixed(3)}`;
}

/** `21 Nov 2026, 14:05`, local time. */
export function formatDateTime(timestamp: number): string {
  return dateTimes.format(timestamp);
}

/** `14:05:09`, local time. */
export function formatClock(timestamp: number): string {
  return clocks.format(timestamp);
}

/** `just now`, `5 min ago`, `3 h ago`, then the date. */
export function formatAgo(timestamp: number, now: number): string {
  const elapsedMs = now - timestamp;
  if (elapsedMs < 60_000) return 'just now';
  if (elapsedMs < 3_600_000) return `${Math.floor(elapsedMs / 60_000)} min ago`;
  if (elapsedMs < 86_400_000) return `${Math.floor(elapsedMs / 3_600_000)} h ago`;
  return formatDateTime(timestamp);
}

function joinUnits(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}
