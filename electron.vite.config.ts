/** Three bundles: the Node side (Electron's main, workers, headless host, command line), the preload, the page. */
import { join } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'electron-vite';

const root = import.meta.dirname;

export default defineConfig({
  main: {
    build: {
      outDir: 'out/main',
      rolldownOptions: {
        input: {
          index: join(root, 'src-main/index.ts'),
          worker: join(root, 'src-main/worker.ts'),
          headless: join(root, 'src-main/hosts/headless/index.ts'),
          cli: join(root, 'src-main/hosts/cli/index.ts'),
        },
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
      },
    },
  },
  preload: {
    build: {
      outDir: 'out/preload',
      // A sandboxed preload can require nothing but 'electron': one file with everything in it.
      externalizeDeps: false,
      rolldownOptions: {
        input: { index: join(root, 'src-preload/index.ts') },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: join(root, 'src-renderer'),
    plugins: [react()],
    build: {
      outDir: join(root, 'out/renderer'),
      emptyOutDir: true,
      minify: true,
      // Loaded from the same machine: one file is as good as several.
      chunkSizeWarningLimit: 2_000,
      rolldownOptions: { input: join(root, 'src-renderer/index.html') },
    },
  },
});
