/** The folders that would become classes, with the number of files in each. */
import { Badge, Group, Text } from '@mantine/core';
import { formatCount, formatPlural } from '../../components/formatting.ts';
import type { ClassFolder } from './upload-plan.ts';

const shown = 24;

interface ClassFoldersProps {
  readonly classes: readonly ClassFolder[];
  readonly loose: number;
}

export function ClassFolders({ classes, loose }: ClassFoldersProps) {
  return (
    <div>
      <Group gap={6}>
        {classes.slice(0, shown).map((folder) => (
          <Badge key={folder.name} variant="light" size="lg" tt="none">
            {folder.name} · {formatCount(folder.count)}
          </Badge>
        ))}
        {classes.length > shown && <Text c="dimmed">and {formatCount(classes.length - shown)} more</Text>}
      </Group>
      {loose > 0 && (
        <Text c="dimmed" size="sm" mt={6}>
          {formatPlural(loose, 'file')} in no class folder: no label.
        </Text>
      )}
    </div>
  );
}
