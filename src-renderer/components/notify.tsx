/** Short messages at the edge of the window, for what was done or refused just now. */
import { notifications } from '@mantine/notifications';
import { CircleCheck, CircleX } from 'lucide-react';
import type { ReactNode } from 'react';
import { errorMessage } from '../client/errors.ts';

export function notifyDone(title: string, message: ReactNode = ''): void {
  notifications.show({ title, message, color: 'leaf', icon: <CircleCheck size={18} aria-hidden /> });
}

export function notifyFailure(title: string, error: unknown): void {
  notifications.show({
    title,
    message: errorMessage(error),
    color: 'red',
    icon: <CircleX size={18} aria-hidden />,
    autoClose: 10_000,
  });
}
