/** The upload of this window in the tray: a browser must send pictures before the station can import them. */
import { ActionIcon, Progress } from '@mantine/core';
import { X } from 'lucide-react';
import { formatBytes, formatCount } from '../../components/formatting.ts';
import { useImport } from './import-store.ts';
import classes from './UploadStatus.module.css';

export function UploadStatus() {
  const upload = useImport((state) => state.upload);
  if (upload === null) return null;
  const { files, filesDone, bytes, bytesDone } = upload.progress;
  const share = bytes === 0 ? filesDone / Math.max(1, files) : bytesDone / bytes;
  return (
    <div className={classes.upload} data-testid="upload-status">
      <span className={classes.text}>
        Uploading {formatCount(filesDone)} of {formatCount(files)} ({formatBytes(bytes)})
      </span>
      <Progress className={classes.bar} value={share * 100} size="md" aria-label="Progress of the upload" />
      <ActionIcon
        variant="subtle"
        color="gray"
        size={44}
        aria-label="Cancel the upload"
        onClick={upload.cancel}
      >
        <X size={18} aria-hidden />
      </ActionIcon>
    </div>
  );
}
