/** Where a link leads that fits no page. */
import { Button } from '@mantine/core';
import { Compass } from 'lucide-react';
import { Link } from 'wouter';
import { EmptyState } from '../../components/EmptyState.tsx';

export function NotFoundPage() {
  return (
    <EmptyState
      icon={Compass}
      title="There is no such page"
      action={
        <Button component={Link} href="/">
          Go to the overview
        </Button>
      }
    >
      The address may be from another version of Fieldstation.
    </EmptyState>
  );
}
