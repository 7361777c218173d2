/** Writes the classes of pictures as folders: `<split>/<class>/…`, which most training tools read. */
import type { FormatWriter } from './picture-record.ts';

export const folderWriter: FormatWriter = {
  toPicturePath: ({ split, tag, fileName }) => `${split}/${toFolderName(tag ?? '')}/${fileName}`,
  listFiles: () => [],
};

/** A name that every file system takes, and no two classes share: other signs as in web addresses. */
function toFolderName(className: string): string {
  return className.replaceAll(/[\\/:*?"<>|%]|^\.|[. ]$/g, encode);
}

function encode(sign: string): string {
  return `%${sign.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
}
