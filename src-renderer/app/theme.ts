/** The look of Fieldstation: deep leaf green on warm neutral greys, in a light and a dark scheme. */
import {
  Button,
  type CSSVariablesResolver,
  createTheme,
  Input,
  type MantineColorsTuple,
} from '@mantine/core';

const leaf: MantineColorsTuple = [
  '#eef6f0',
  '#dcecdf',
  '#b9d8c2',
  '#93c2a2',
  '#6fab84',
  '#4f9569',
  '#357a50',
  '#266442',
  '#1c4f34',
  '#123824',
];

const stone: MantineColorsTuple = [
  '#faf9f6',
  '#f3f1ec',
  '#e8e5de',
  '#d8d4ca',
  '#bdb8ad',
  '#969084',
  '#67625a',
  '#524e47',
  '#38352f',
  '#211f1b',
];

const bark: MantineColorsTuple = [
  '#e9e7e1',
  '#cbc9c1',
  '#a9a79f',
  '#7d7c75',
  '#50524c',
  '#3b3e39',
  '#2a2d29',
  '#1b1e1b',
  '#151815',
  '#0f110f',
];

const clay: MantineColorsTuple = [
  '#fcf0ed',
  '#f7ddd7',
  '#eebbb0',
  '#e39485',
  '#d87361',
  '#cb5744',
  '#b8412e',
  '#9b3324',
  '#7c281c',
  '#5a1c13',
];

const ochre: MantineColorsTuple = [
  '#fdf6e7',
  '#f8e9c6',
  '#f0d391',
  '#e7bc5c',
  '#dda733',
  '#c48e1c',
  '#9c6f0f',
  '#7e590b',
  '#614408',
  '#443005',
];

const lake: MantineColorsTuple = [
  '#edf4f9',
  '#d8e7f1',
  '#b1cfe3',
  '#85b4d3',
  '#5f9bc3',
  '#4184b1',
  '#2c6b97',
  '#21567b',
  '#18425f',
  '#0f2d42',
];

const sans =
  '"Inter", -apple-system, "Segoe UI Variable Text", "Segoe UI", Roboto, "Noto Sans", Cantarell, Ubuntu, "Liberation Sans", Arial, sans-serif';
const mono = 'ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "Liberation Mono", monospace';

/** What a gloved finger hits. */
const hitHeight = '44px';

const dialogTitle = { fontSize: '1.125rem', fontWeight: 650 };
const dialogSurface = { backgroundColor: 'var(--fs-surface)' };

export const theme = createTheme({
  primaryColor: 'leaf',
  primaryShade: { light: 7, dark: 6 },
  colors: { leaf, gray: stone, dark: bark, red: clay, yellow: ochre, orange: ochre, blue: lake, green: leaf },
  white: '#ffffff',
  black: '#211f1b',
  fontFamily: sans,
  fontFamilyMonospace: mono,
  defaultRadius: 'md',
  radius: { xs: '3px', sm: '5px', md: '8px', lg: '12px', xl: '20px' },
  fontSizes: { xs: '0.78rem', sm: '0.875rem', md: '0.9375rem', lg: '1.0625rem', xl: '1.25rem' },
  headings: {
    fontFamily: sans,
    fontWeight: '650',
    sizes: {
      h1: { fontSize: '1.625rem', lineHeight: '1.2' },
      h2: { fontSize: '1.125rem', lineHeight: '1.3' },
      h3: { fontSize: '0.9375rem', lineHeight: '1.35' },
    },
  },
  cursorType: 'pointer',
  focusRing: 'auto',
  respectReducedMotion: true,
  components: {
    Button: Button.extend({
      defaultProps: { size: 'md' },
      vars: (_, { size }) => ({ root: size === 'md' ? { '--button-height': hitHeight } : {} }),
    }),
    Input: Input.extend({
      vars: (_, { size }) => ({ wrapper: size === 'md' ? { '--input-height': hitHeight } : {} }),
    }),
    TextInput: { defaultProps: { size: 'md' } },
    NumberInput: { defaultProps: { size: 'md' } },
    Select: { defaultProps: { size: 'md', allowDeselect: false } },
    Textarea: { defaultProps: { size: 'md' } },
    Tooltip: { defaultProps: { withArrow: true, openDelay: 350 } },
    Modal: {
      defaultProps: { centered: true, radius: 'lg', overlayProps: { backgroundOpacity: 0.5 } },
      styles: { title: dialogTitle, content: dialogSurface, header: dialogSurface },
    },
    Drawer: { styles: { title: dialogTitle, content: dialogSurface, header: dialogSurface } },
    CloseButton: { defaultProps: { size: 44, iconSize: 18 } },
  },
});

/** Our own tokens beside Mantine's: surfaces, lines, and text of three strengths. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {
    '--fs-nav-width': '224px',
    '--fs-tray-height': '52px',
  },
  light: {
    '--mantine-color-body': '#f3f1ec',
    '--mantine-color-dimmed': '#67625a',
    '--mantine-color-placeholder': '#6f6a61',
    '--mantine-color-error': '#9b3324',
    '--fs-surface': '#fffefb',
    '--fs-surface-sunken': '#edeae3',
    '--fs-line': '#dfdbd2',
    '--fs-line-strong': '#c4bfb4',
    '--fs-ink': '#211f1b',
    '--fs-ink-soft': '#524e47',
    '--fs-nav': '#17301f',
    '--fs-nav-ink': '#dfe9e1',
    '--fs-nav-ink-soft': '#a5bcac',
    '--fs-nav-active': '#2a5239',
    '--fs-accent': '#266442',
    '--fs-accent-soft': '#e2efe5',
    '--fs-good': '#266442',
    '--fs-bad': '#9b3324',
    '--fs-warn': '#7e590b',
    '--fs-info': '#21567b',
    '--fs-shadow': '0 1px 2px rgba(33, 31, 27, 0.06)',
  },
  dark: {
    '--mantine-color-body': '#151815',
    '--mantine-color-dimmed': '#a9a79f',
    '--mantine-color-placeholder': '#a09e96',
    '--mantine-color-error': '#e39485',
    '--fs-surface': '#1e211e',
    '--fs-surface-sunken': '#181b18',
    '--fs-line': '#323631',
    '--fs-line-strong': '#4a4f49',
    '--fs-ink': '#e9e7e1',
    '--fs-ink-soft': '#c3c1b9',
    '--fs-nav': '#0f1511',
    '--fs-nav-ink': '#dbe4dd',
    '--fs-nav-ink-soft': '#94a89b',
    '--fs-nav-active': '#213a2b',
    '--fs-accent': '#8cc79f',
    '--fs-accent-soft': '#203328',
    '--fs-good': '#8cc79f',
    '--fs-bad': '#eb9c8d',
    '--fs-warn': '#e7bc5c',
    '--fs-info': '#85b4d3',
    '--fs-shadow': 'none',
  },
});
