/** Above the picture: the queue, the tools, how the picture is seen, and the keys. */
import { ActionIcon, Menu, Popover, Slider, Switch, Tooltip } from '@mantine/core';
import {
  AlignHorizontalJustifyStart,
  AlignVerticalJustifyStart,
  Eye,
  EyeOff,
  Keyboard,
  type LucideIcon,
  Maximize,
  MousePointer2,
  Redo2,
  Scaling,
  SquareDashed,
  Sun,
  Tag,
  Trash2,
  Undo2,
  ZoomIn,
  ZoomOut,
} from 'lucide-react';
import { type ReactNode, useState } from 'react';
import type { Annotation } from '../../../src-preload/contract/index.ts';
import { describeState } from '../image/image-filter.ts';
import type { Alignment } from './box-shapes.ts';
import classes from './Desk.module.css';
import { plainAdjustment, useDesk } from './desk-store.ts';
import { KeymapDialog } from './KeymapDialog.tsx';
import { type DeskCommand, describeCommand } from './keymap.ts';
import type { DeskCommands } from './use-desk-commands.ts';

interface DeskToolbarProps {
  readonly commands: DeskCommands;
  readonly annotation: Annotation | undefined;
  /** Before the tools: which queue. */
  readonly children: ReactNode;
}

export function DeskToolbar({ commands, annotation, children }: DeskToolbarProps) {
  const { tool, areBoxesHidden, selected } = useDesk();
  const [isKeymapOpen, setKeymapOpen] = useState(false);
  const tools: ReadonlyArray<readonly [DeskCommand, LucideIcon, boolean | undefined]> = [
    ['boxTool', SquareDashed, tool === 'box'],
    ['selectTool', MousePointer2, tool === 'select'],
    ['tagTool', Tag, tool === 'tag'],
    ['undo', Undo2, undefined],
    ['redo', Redo2, undefined],
    ['remove', Trash2, undefined],
    ['zoomOut', ZoomOut, undefined],
    ['zoomIn', ZoomIn, undefined],
    ['fit', Maximize, undefined],
    ['toggleBoxes', areBoxesHidden ? EyeOff : Eye, areBoxesHidden],
  ];
  return (
    <div className={classes.toolbar} role="toolbar" aria-label="Tools">
      {children}
      {tools.map(([command, icon, isOn]) => (
        <ToolButton key={command} command={command} icon={icon} isOn={isOn} onRun={commands.run} />
      ))}
      <AlignMenu isDisabled={selected.size < 2} onAlign={commands.align} />
      <SightPopover />
      <span className={classes.spring} />
      <span className={classes.state} data-state={annotation?.state} data-testid="desk-state">
        {annotation === undefined ? '' : describeState(annotation.state)}
      </span>
      <Tooltip label="Keys">
        <ActionIcon variant="default" size={44} aria-label="Keys" onClick={() => setKeymapOpen(true)}>
          <Keyboard size={20} aria-hidden />
        </ActionIcon>
      </Tooltip>
      <KeymapDialog isOpen={isKeymapOpen} onClose={() => setKeymapOpen(false)} />
    </div>
  );
}

interface ToolButtonProps {
  readonly command: DeskCommand;
  readonly icon: LucideIcon;
  /** Undefined for what is done at once. */
  readonly isOn: boolean | undefined;
  readonly onRun: (command: DeskCommand) => void;
}

function ToolButton({ command, icon: Icon, isOn, onRun }: ToolButtonProps) {
  const [key] = useDesk((desk) => desk.keymap[command]);
  const text = describeCommand(command);
  return (
    <Tooltip label={key === undefined ? text : `${text} (${key})`}>
      <ActionIcon
        variant={isOn === true ? 'filled' : 'default'}
        size={44}
        aria-label={text}
        aria-pressed={isOn}
        onClick={() => onRun(command)}
      >
        <Icon size={20} aria-hidden />
      </ActionIcon>
    </Tooltip>
  );
}

const alignments: ReadonlyArray<readonly [Alignment, string, LucideIcon]> = [
  ['left', 'Left sides', AlignHorizontalJustifyStart],
  ['right', 'Right sides', AlignHorizontalJustifyStart],
  ['top', 'Upper sides', AlignVerticalJustifyStart],
  ['bottom', 'Lower sides', AlignVerticalJustifyStart],
  ['sameSize', 'Size of the first', Scaling],
];

function AlignMenu(props: { readonly isDisabled: boolean; readonly onAlign: DeskCommands['align'] }) {
  return (
    <Menu position="bottom-start">
      <Menu.Target>
        <ActionIcon
          variant="default"
          size={44}
          aria-label="Align the selected boxes"
          disabled={props.isDisabled}
        >
          <AlignHorizontalJustifyStart size={20} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {alignments.map(([alignment, name, Icon]) => (
          <Menu.Item
            key={alignment}
            leftSection={<Icon size={16} aria-hidden />}
            onClick={() => props.onAlign(alignment)}
          >
            {name}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

/** Brightness, contrast and the lens: how the picture is seen, never what it is. */
function SightPopover() {
  const { adjustment, hasMagnifier, set } = useDesk();
  const isPlain = adjustment.brightness === 100 && adjustment.contrast === 100;
  return (
    <Popover width={280} position="bottom-start" trapFocus>
      <Popover.Target>
        <ActionIcon variant={isPlain ? 'default' : 'filled'} size={44} aria-label="Brightness and contrast">
          <Sun size={20} aria-hidden />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown>
        {(['brightness', 'contrast'] as const).map((name) => (
          <div key={name} className={classes.slider}>
            {name === 'brightness' ? 'Brightness' : 'Contrast'}
            <Slider
              min={20}
              max={300}
              value={adjustment[name]}
              label={(value) => `${value} %`}
              thumbLabel={name}
              onChange={(value) => set({ adjustment: { ...adjustment, [name]: value } })}
              onDoubleClick={() => set({ adjustment: plainAdjustment })}
            />
          </div>
        ))}
        <Switch
          label="Lens while drawing"
          checked={hasMagnifier}
          onChange={(event) => set({ hasMagnifier: event.currentTarget.checked })}
        />
      </Popover.Dropdown>
    </Popover>
  );
}
