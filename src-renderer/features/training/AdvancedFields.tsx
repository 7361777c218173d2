/** Everything else that makes a run repeatable, for those who know why they touch it: in groups, with the defaults shown. */
import { Accordion, NumberInput, Select, SimpleGrid } from '@mantine/core';
import { useState } from 'react';
import type { Task, TrainingEstimate } from '../../../src-preload/contract/index.ts';
import classes from './AdvancedFields.module.css';
import type { FieldsProps } from './StartTrainingForm.tsx';
import {
  type OptionGroup,
  type OptionName,
  type OptionValue,
  optionDefaults,
  optionGroups,
  type TrainingOption,
} from './training-options.ts';

interface AdvancedFieldsProps extends FieldsProps {
  readonly task: Task;
  /** Has what the station would choose for what is left empty. */
  readonly estimate: TrainingEstimate | undefined;
}

export function AdvancedFields({ task, ...fields }: AdvancedFieldsProps) {
  const groups = optionGroups[task];
  const [opened, setOpened] = useState<readonly string[]>(['Length and size']);
  const wrong = groups.filter(({ options }) => options.some(({ name }) => name in fields.problems));
  return (
    <Accordion
      multiple
      variant="separated"
      classNames={{ item: classes.item, control: classes.control, content: classes.content }}
      value={[...opened, ...wrong.map(({ title }) => title)]}
      onChange={setOpened}
    >
      {groups.map((group) => (
        <Accordion.Item key={group.title} value={group.title}>
          <Accordion.Control>
            {group.title}
            <ChangeCount group={group} form={fields.form} />
          </Accordion.Control>
          <Accordion.Panel>
            <SimpleGrid cols={2} spacing="sm" verticalSpacing="sm">
              {group.options.map((option) => (
                <OptionField key={option.name} option={option} {...fields} />
              ))}
            </SimpleGrid>
          </Accordion.Panel>
        </Accordion.Item>
      ))}
    </Accordion>
  );
}

function ChangeCount({ group, form }: { readonly group: OptionGroup } & Pick<FieldsProps, 'form'>) {
  const count = group.options.filter(({ name }) => form.options[name] !== undefined).length;
  return count > 0 && <span className={classes.count}>{count} changed</span>;
}

type OptionFieldProps = Omit<AdvancedFieldsProps, 'task'> & { readonly option: TrainingOption };

function OptionField({ option, form, problems, onChange, estimate }: OptionFieldProps) {
  const { name, label, description, step = 1, choices } = option;
  const value = form.options[name];
  const set = (next: OptionValue | undefined) => onChange({ options: withOption(form.options, name, next) });
  const common = { label, description, size: 'sm', error: problems[name] } as const;
  if (choices) {
    return (
      <Select
        {...common}
        allowDeselect={false}
        clearable={optionDefaults[name] === undefined}
        placeholder="Automatic"
        data={choices.map(([choice, text]) => ({ value: String(choice), label: text }))}
        value={toText(value ?? optionDefaults[name])}
        onChange={(text) => set(choices.find(([choice]) => String(choice) === text)?.[0])}
      />
    );
  }
  return (
    <NumberInput
      {...common}
      placeholder={placeholderOf(option, estimate)}
      step={step}
      min={0}
      value={typeof value === 'number' ? value : ''}
      onChange={(next) => set(next === '' ? undefined : Number(next))}
    />
  );
}

/** As the values of a select are: null for none. */
function toText(value: OptionValue | undefined): string | null {
  return value === undefined ? null : String(value);
}

/** The default is no change. */
function withOption(
  { ...options }: Partial<Record<OptionName, OptionValue>>,
  name: OptionName,
  value: OptionValue | undefined,
): FieldsProps['form']['options'] {
  if (value === undefined || value === optionDefaults[name]) delete options[name];
  else options[name] = value;
  return options;
}

function placeholderOf({ name, whenEmpty }: TrainingOption, estimate: TrainingEstimate | undefined): string {
  const isPlanned = name === 'epochs' || name === 'batchSize' || name === 'imageSize';
  if (isPlanned && estimate) return `Automatic: ${estimate[name]}`;
  return String(optionDefaults[name] ?? whenEmpty ?? 'Automatic');
}
