/** What can be done with the chosen pictures, in reach of a gloved thumb. */
import { Button } from '@mantine/core';
import {
  ArchiveRestore,
  ArchiveX,
  Eye,
  FolderDown,
  type LucideIcon,
  SquareDashed,
  ThumbsDown,
  WandSparkles,
  X,
} from 'lucide-react';
import { formatCount } from '../../components/formatting.ts';
import type { SelectionAction } from '../annotation/label-keys.ts';
import classes from './SelectionBar.module.css';

interface SelectionBarProps {
  readonly count: number;
  readonly isAside: boolean;
  readonly isDetection: boolean;
  readonly onAct: (action: SelectionAction) => void;
  readonly onClear: () => void;
}

interface ActionFace {
  readonly action: SelectionAction;
  readonly name: string;
  readonly icon: LucideIcon;
  readonly keys: string;
}

const faces = {
  desk: { name: 'Open at the desk', icon: SquareDashed, keys: 'Alt+D' },
  autoLabel: { name: 'Label by model', icon: WandSparkles, keys: 'Alt+L' },
  reject: { name: 'Reject', icon: ThumbsDown, keys: 'Alt+R' },
  setAside: { name: 'Set aside', icon: ArchiveX, keys: 'Alt+S' },
  takeBack: { name: 'Take back', icon: ArchiveRestore, keys: 'Alt+B' },
  export: { name: 'Export', icon: FolderDown, keys: 'Alt+E' },
  showOnly: { name: 'Show only these', icon: Eye, keys: 'Alt+O' },
} as const satisfies Record<SelectionAction, Omit<ActionFace, 'action'>>;

export function SelectionBar({ count, isAside, isDetection, onAct, onClear }: SelectionBarProps) {
  const order: readonly SelectionAction[] = [
    'desk',
    'autoLabel',
    'reject',
    isAside ? 'takeBack' : 'setAside',
    'export',
    'showOnly',
  ];
  const shown = order.filter((action) => isDetection || action !== 'desk');
  return (
    <div className={classes.bar} role="toolbar" aria-label="Chosen pictures" data-testid="selection-bar">
      <strong className={classes.count}>{formatCount(count)} chosen</strong>
      {shown.map((action) => {
        const { name, icon: Icon, keys } = faces[action];
        return (
          <Button
            key={action}
            variant="default"
            px={12}
            leftSection={<Icon size={17} aria-hidden />}
            title={keys}
            aria-keyshortcuts={keys}
            onClick={() => onAct(action)}
          >
            {name}
          </Button>
        );
      })}
      <Button
        variant="subtle"
        color="gray"
        px={10}
        leftSection={<X size={17} aria-hidden />}
        onClick={onClear}
      >
        Clear
      </Button>
    </div>
  );
}
