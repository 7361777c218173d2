/** Which columns the table of experiments has. */
import { Button, Checkbox, Popover, ScrollArea } from '@mantine/core';
import { Columns3 } from 'lucide-react';
import classes from './ColumnPicker.module.css';
import type { ColumnGroup, RunColumn } from './run-columns.ts';

interface ColumnPickerProps {
  readonly columns: readonly RunColumn[];
  readonly shown: ReadonlySet<string>;
  readonly onShow: (keys: ReadonlySet<string>) => void;
}

const groups = [
  ['run', 'Run'],
  ['metric', 'Metrics'],
  ['param', 'Parameters'],
] as const satisfies ReadonlyArray<readonly [ColumnGroup, string]>;

export function ColumnPicker({ columns, shown, onShow }: ColumnPickerProps) {
  return (
    <Popover position="bottom-end" shadow="md" withinPortal trapFocus>
      <Popover.Target>
        <Button variant="default" leftSection={<Columns3 size={17} aria-hidden />}>
          Columns
        </Button>
      </Popover.Target>
      <Popover.Dropdown p={0}>
        <ScrollArea.Autosize mah={420} type="auto">
          <div className={classes.groups}>
            {groups.map(([group, name]) => (
              <fieldset key={group} className={classes.group}>
                <legend>{name}</legend>
                {columns
                  .filter((column) => column.group === group)
                  .map((column) => (
                    <Checkbox
                      key={column.key}
                      label={column.label}
                      checked={shown.has(column.key)}
                      disabled={column.key === 'run.name'}
                      onChange={(event) => onShow(withMember(shown, column.key, event.currentTarget.checked))}
                    />
                  ))}
              </fieldset>
            ))}
          </div>
        </ScrollArea.Autosize>
      </Popover.Dropdown>
    </Popover>
  );
}

function withMember(members: ReadonlySet<string>, member: string, isIn: boolean): ReadonlySet<string> {
  const next = new Set(members);
  if (isIn) next.add(member);
  else next.delete(member);
  return next;
}
