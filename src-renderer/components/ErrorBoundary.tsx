/** Keeps a bug in one page from taking the window with it. */
import { Button } from '@mantine/core';
import { Component, type ErrorInfo, type ReactNode } from 'react';
import { errorMessage } from '../client/errors.ts';
import { Notice } from './Notice.tsx';

interface ErrorBoundaryProps {
  readonly children: ReactNode;
}

interface ErrorBoundaryState {
  readonly error: unknown;
  readonly hasFailed: boolean;
}

export class ErrorBoundary extends Component<ErrorBoundaryProps, ErrorBoundaryState> {
  override state: ErrorBoundaryState = { error: null, hasFailed: false };

  static getDerivedStateFromError(error: unknown): ErrorBoundaryState {
    return { error, hasFailed: true };
  }

  override componentDidCatch(error: unknown, info: ErrorInfo): void {
    console.error(error, info.componentStack);
  }

  override render(): ReactNode {
    if (!this.state.hasFailed) return this.props.children;
    const retry = () => this.setState({ error: null, hasFailed: false });
    return (
      <Notice
        tone="bad"
        title="This page ran into a fault of its own"
        action={
          <Button variant="default" onClick={retry}>
            Show it again
          </Button>
        }
      >
        {errorMessage(this.state.error)} Nothing at the station was changed by it.
      </Notice>
    );
  }
}
