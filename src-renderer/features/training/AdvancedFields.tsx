/** Everything else that makes a run repeatable, for those who know why they touch it. */
import { NumberInput, Select, SimpleGrid } from '@mantine/core';
import type { FieldsProps } from './StartTrainingForm.tsx';
import type { TrainingForm } from './training-form.ts';

interface NumberField {
  readonly name: NumberFieldName;
  readonly label: string;
  readonly description: string;
  readonly step: number;
  readonly placeholder?: string;
}

type NumberFieldName = {
  [Name in keyof TrainingForm]: TrainingForm[Name] extends number | '' ? Name : never;
}[keyof TrainingForm];

const automatic = 'Automatic';

const numberFields: readonly NumberField[] = [
  { name: 'epochs', label: 'Epochs', description: 'At most', step: 1, placeholder: automatic },
  { name: 'patience', label: 'Patience', description: 'Epochs; 0: off', step: 1, placeholder: automatic },
  { name: 'imageSize', label: 'Picture size', description: 'Pixels', step: 16, placeholder: automatic },
  { name: 'batchSize', label: 'Batch size', description: 'Pictures a step', step: 8, placeholder: automatic },
  {
    name: 'learningRate',
    label: 'Learning rate',
    description: 'At its peak',
    step: 0.001,
    placeholder: automatic,
  },
  { name: 'warmupEpochs', label: 'Warm-up', description: 'Epochs', step: 1, placeholder: automatic },
  { name: 'weightDecay', label: 'Weight decay', description: '0 to 1', step: 0.01 },
  { name: 'labelSmoothing', label: 'Label smoothing', description: '0 to 0.5', step: 0.05 },
  { name: 'augmentation', label: 'Augmentation', description: '0: off, 1: normal', step: 0.25 },
  { name: 'classBalance', label: 'Class balance', description: '1: all classes alike', step: 0.25 },
  { name: 'threads', label: 'CPU threads', description: 'Of this machine', step: 1, placeholder: 'All' },
  { name: 'seed', label: 'Seed', description: 'Same seed, same run', step: 1 },
];

export function AdvancedFields({ form, problems, onChange }: FieldsProps) {
  return (
    <SimpleGrid cols={2} verticalSpacing="sm">
      <Select
        label="Optimizer"
        description="How it learns"
        size="sm"
        data={[
          { value: 'adamw', label: 'AdamW' },
          { value: 'sgd', label: 'SGD, momentum' },
        ]}
        value={form.optimizer}
        onChange={(value) => onChange({ optimizer: value ?? 'adamw' })}
      />
      {numberFields.map(({ name, label, description, step, placeholder }) => (
        <NumberInput
          key={name}
          size="sm"
          label={label}
          description={description}
          placeholder={placeholder ?? ''}
          step={step}
          min={0}
          value={form[name]}
          error={problems[name]}
          onChange={(value) => onChange({ [name]: value === '' ? '' : Number(value) })}
        />
      ))}
    </SimpleGrid>
  );
}
