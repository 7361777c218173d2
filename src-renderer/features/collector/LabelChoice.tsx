/** Where the labels of an import come from: folders, files of another tool, or nowhere yet. */
import { SegmentedControl, Select, Stack, Text } from '@mantine/core';
import { type ImportFormat, importFormatSchema } from '../../../src-preload/contract/index.ts';
import { ClassFolders } from './ClassFolders.tsx';
import type { UploadPlan } from './upload-plan.ts';

interface LabelChoiceProps {
  readonly format: ImportFormat;
  /** Null for paths: only the station can look into them. */
  readonly plan: UploadPlan | null;
  readonly onChange: (format: ImportFormat) => void;
}

/** `auto` finds label files out, and takes folders for classes where there are none. */
const toolFormats = [
  { value: 'auto', label: 'Find out which' },
  { value: 'voc', label: 'Pascal VOC (XML)' },
  { value: 'coco', label: 'COCO (JSON)' },
  { value: 'yolo', label: 'YOLO (txt and data.yaml)' },
  { value: 'csv', label: 'CSV, a row per box' },
  { value: 'label-studio', label: 'Label Studio (JSON)' },
  { value: 'cvat', label: 'CVAT for images (XML)' },
] as const satisfies readonly { value: ImportFormat; label: string }[];

export function LabelChoice({ format, plan, onChange }: LabelChoiceProps) {
  const hasFolders = plan === null || plan.classes.length > 0;
  const hasFiles = plan === null || plan.hasLabelFiles;
  if (!hasFolders && !hasFiles) {
    return <Text c="dimmed">They lie in no folder of their own, so they come in without a label.</Text>;
  }
  const kind = format === 'folder' || format === 'files' ? format : 'tool';
  return (
    <Stack gap="xs">
      <SegmentedControl
        fullWidth
        size="md"
        aria-label="Labels"
        value={kind}
        onChange={(value) => onChange(value === 'tool' ? 'auto' : importFormatSchema.parse(value))}
        data={[
          ...(hasFiles ? [{ value: 'tool', label: plan === null ? 'Find labels' : 'Label files' }] : []),
          ...(hasFolders ? [{ value: 'folder', label: 'Folder names are classes' }] : []),
          { value: 'files', label: 'No labels yet' },
        ]}
      />
      {kind === 'tool' && (
        <Select
          label="Format of the label files"
          description={
            plan === null ? 'Where there are none, the names of folders are the classes.' : undefined
          }
          data={toolFormats}
          value={format}
          allowDeselect={false}
          onChange={(value) => onChange(importFormatSchema.parse(value))}
        />
      )}
      {plan !== null && format === 'folder' && <ClassFolders classes={plan.classes} loose={plan.loose} />}
    </Stack>
  );
}
