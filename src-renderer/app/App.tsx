/** The application: its providers, its shell and its pages. */
import { MantineProvider } from '@mantine/core';
import { ModalsProvider } from '@mantine/modals';
import { Notifications } from '@mantine/notifications';
import { type QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { Router } from 'wouter';
import { ErrorBoundary } from '../components/ErrorBoundary.tsx';
import { useHashPath, useHashSearch } from './hash-location.ts';
import { Shell } from './Shell.tsx';
import { cssVariables, theme } from './theme.ts';

export function App({ queryClient }: { readonly queryClient: QueryClient }) {
  return (
    <QueryClientProvider client={queryClient}>
      <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="auto">
        <ModalsProvider labels={{ confirm: 'Yes', cancel: 'Cancel' }}>
          <Notifications position="bottom-left" containerWidth={400} />
          <Router hook={useHashPath} searchHook={useHashSearch}>
            <ErrorBoundary>
              <Shell />
            </ErrorBoundary>
          </Router>
        </ModalsProvider>
      </MantineProvider>
    </QueryClientProvider>
  );
}
