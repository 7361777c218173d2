/** Pictures as rows, one for each content: put in by imports, found by hash. Filters and counts are in image-queries. */
import type { BlobHash, ImageHash, ImportId, Split } from '../../../src-preload/contract/ids.ts';
import { type Image, imageSchema } from '../../../src-preload/contract/image.ts';
import { AppError } from '../../base/app-error.ts';
import type { Database } from '../connection.ts';

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
}

/** A row of `selectImage`. */
export type ImageRow = Record<string, unknown>;

/** Everything of the contract's record; to be followed by WHERE and what else a query wants. */
export const selectImage = `
  SELECT image.sequence, image.hash, image.file_name AS fileName, image.width, image.height,
    image.size_bytes AS sizeBytes, image.format, image.source, image.import_id AS importId,
    image.imported_at AS importedAt, image.origin_split AS originSplit, class.name AS className,
    CASE WHEN class.id IS NOT NULL THEN step.source END AS labelSource
  FROM image
  LEFT JOIN image_label AS label ON label.image_hash = image.hash
  LEFT JOIN class ON class.id = label.class_id
  LEFT JOIN annotation_revision AS revision ON revision.id = label.revision_id
  LEFT JOIN annotation_step AS step ON step.id = revision.step_id`;

export type ImagesTable = ReturnType<typeof createImagesTable>;

export function createImagesTable(db: Database) {
  const findByHash = (hash: ImageHash): Image | undefined => {
    const row = db.get<ImageRow>(`${selectImage} WHERE image.hash = ?`, [hash]);
    return row && toImage(row);
  };
  return {
    findByHash,
    /** @throws {AppError} NOT_FOUND */
    getByHash(hash: ImageHash): Image {
      const image = findByHash(hash);
      if (!image) throw new AppError('NOT_FOUND', `there is no picture ${hash}`, { data: { hash } });
      return image;
    },
    has(hash: ImageHash): boolean {
      return db.get('SELECT 1 FROM image WHERE hash = ?', [hash]) !== undefined;
    },
    /** @throws {AppError} NOT_FOUND */
    getThumbnailHash(hash: ImageHash): BlobHash {
      const row = db.get<{ hash: BlobHash }>('SELECT thumbnail_hash AS hash FROM image WHERE hash = ?', [
        hash,
      ]);
      if (!row) throw new AppError('NOT_FOUND', `there is no picture ${hash}`, { data: { hash } });
      return row.hash;
    },
    /** In the order given. @returns the hashes that are new; the others are left as they are. */
    insertMany(images: readonly NewImage[]): Set<ImageHash> {
      return new Set(images.filter((image) => insert(db, image)).map(({ hash }) => hash));
    },
  };
}

export function toImage(row: ImageRow): Image {
  return imageSchema.parse(row);
}

function insert(db: Database, image: NewImage): boolean {
  const { changes } = db.run(
    `INSERT INTO image (hash, thumbnail_hash, file_name, width, height, size_bytes, format, source, import_id,
       imported_at, origin_split)
     VALUES (:hash, :thumbnailHash, :fileName, :width, :height, :sizeBytes, :format, :source, :importId,
       :importedAt, :originSplit)
     ON CONFLICT (hash) DO NOTHING`,
    { ...image },
  );
  return changes === 1;
}
