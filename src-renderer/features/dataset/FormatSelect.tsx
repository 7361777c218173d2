/** The formats of other tools that labels can be written in, by task. */
import { Select } from '@mantine/core';
import { type ExportFormat, exportFormatSchema, type Task } from '../../../src-preload/contract/index.ts';

export const formatLabels = {
  coco: 'COCO (JSON)',
  yolo: 'YOLO (txt and data.yaml)',
  voc: 'Pascal VOC (XML)',
  csv: 'CSV',
  'label-studio': 'Label Studio (JSON)',
  cvat: 'CVAT for images (XML)',
  folder: 'A folder per class',
} as const satisfies Record<ExportFormat, string>;

const formatsOf = {
  detection: ['coco', 'yolo', 'voc', 'csv', 'label-studio', 'cvat'],
  classification: ['folder', 'csv', 'label-studio', 'cvat'],
} as const satisfies Record<Task, readonly ExportFormat[]>;

export function firstFormatOf(task: Task): ExportFormat {
  return formatsOf[task][0];
}

interface FormatSelectProps {
  readonly task: Task;
  readonly value: ExportFormat;
  readonly onChange: (format: ExportFormat) => void;
  readonly description?: string;
}

export function FormatSelect({ task, value, onChange, description }: FormatSelectProps) {
  return (
    <Select
      label="Format"
      description={description}
      data={formatsOf[task].map((format) => ({ value: format, label: formatLabels[format] }))}
      value={value}
      allowDeselect={false}
      onChange={(chosen) => onChange(exportFormatSchema.parse(chosen))}
    />
  );
}
