/** The colours of charts in both schemes. */
import { useComputedColorScheme } from '@mantine/core';

const palettes = {
  light: {
    lines: ['#2f7a50', '#c07a12', '#5f9bc3', '#b8412e', '#7b5aa6', '#0f8b8d', '#a35d7c', '#67625a'],
    grid: '#e8e5de',
    ink: '#67625a',
    mark: '#211f1b',
  },
  dark: {
    lines: ['#7cc596', '#e7bc5c', '#7fb5da', '#e38a78', '#b79be0', '#5cc9c9', '#dc9bb8', '#a9a79f'],
    grid: '#323631',
    ink: '#a9a79f',
    mark: '#e9e7e1',
  },
} as const;

export type ChartPalette = (typeof palettes)['light' | 'dark'];

export function useChartPalette(): ChartPalette {
  return palettes[useComputedColorScheme('light')];
}

/** The colour of the line at `index`; colours come again after the last. */
export function lineColor(palette: ChartPalette, index: number): string {
  return palette.lines[index % palette.lines.length] ?? palette.ink;
}
