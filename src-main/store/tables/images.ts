/** Pictures as rows, one for each content: as imports put them in. What is found and counted is in image-queries. */
import type { BlobHash, ImageHash, ImportId, Split } from '../../../src-preload/contract/ids.ts';
import { AppError } from '../../base/app-error.ts';
import type { Database } from '../connection.ts';
import { createImageQueries } from './image-queries.ts';

export interface NewImage {
  readonly hash: ImageHash;
  /** The picture's own hash where it is small enough to be shown as it is. */
  readonly thumbnailHash: BlobHash | ImageHash;
  readonly fileName: string;
  /** Pixels, after EXIF orientation. */
  readonly width: number;
  readonly height: number;
  readonly sizeBytes: number;
  readonly format: string;
  readonly source: string;
  readonly importId: ImportId;
  readonly importedAt: number;
  readonly originSplit: Split | null;
  /** Make and model, null where the file does not tell. */
  readonly camera: string | null;
  /** Times in ms since 1970, null where they are not told: of the shutter, and of the file that came in. */
  readonly capturedAt: number | null;
  readonly fileTime: number | null;
  /** ThumbHash in base64. */
  readonly placeholder: string;
}

/** What a header and a thumbnail tell of a picture that came in before it was asked. */
export type ImageOrigin = Pick<NewImage, 'camera' | 'capturedAt' | 'placeholder'>;

export function createImagesTable(db: Database) {
  return {
    /** @throws {AppError} NOT_FOUND */
    getByHash: createImageQueries(db).get,
    has(hash: ImageHash): boolean {
      return db.get('SELECT 1 FROM image WHERE hash = ?', [hash]) !== undefined;
    },
    /** The picture's class; undefined for one that has none, or is not there. */
    findClassName(hash: ImageHash): string | undefined {
      return db.get<{ name: string }>(
        `SELECT class.name FROM image_label AS label JOIN class ON class.id = label.class_id
         WHERE label.image_hash = ?`,
        [hash],
      )?.name;
    },
    /** What is needed to show a picture. @throws {AppError} NOT_FOUND */
    getFiles(hash: ImageHash): { thumbnailHash: BlobHash; format: string } {
      const row = db.get<{ thumbnailHash: BlobHash; format: string }>(
        'SELECT thumbnail_hash AS thumbnailHash, format FROM image WHERE hash = ?',
        [hash],
      );
      if (!row) throw new AppError('NOT_FOUND', `there is no picture ${hash}`, { data: { hash } });
      return row;
    },
    /** In the order given. @returns the hashes that are new; the others are left as they are. */
    insertMany(images: readonly NewImage[]): Set<ImageHash> {
      return new Set(images.filter((image) => insert(db, image)).map(({ hash }) => hash));
    },
    putOrigin(hash: ImageHash, origin: ImageOrigin): void {
      db.run(
        `UPDATE image SET camera = :camera, captured_at = :capturedAt, placeholder = :placeholder WHERE hash = :hash`,
        { hash, ...origin },
      );
    },
  };
}

function insert(db: Database, image: NewImage): boolean {
  const { changes } = db.run(
    `INSERT INTO image (hash, thumbnail_hash, file_name, width, height, size_bytes, format, source, import_id,
       imported_at, origin_split, camera, captured_at, file_time, placeholder)
     VALUES (:hash, :thumbnailHash, :fileName, :width, :height, :sizeBytes, :format, :source, :importId,
       :importedAt, :originSplit, :camera, :capturedAt, :fileTime, :placeholder)
     ON CONFLICT (hash) DO NOTHING`,
    { ...image },
  );
  return changes === 1;
}
