/** The closed list of failures that a person or a program can act on, each with the HTTP status it is told with. */
import { z } from 'zod';

export const errorStatus = {
  /** Something in a request is not what the schema or the command expects. */
  INPUT_INVALID: 400,
  AUTH_REQUIRED: 401,
  ORIGIN_FORBIDDEN: 403,
  PATH_FORBIDDEN: 403,
  NOT_FOUND: 404,
  BODY_TOO_LARGE: 413,
  /** The address that a host was to listen on. */
  ADDRESS_UNAVAILABLE: 409,
  STATION_NOT_INITIALIZED: 409,
  STATION_ALREADY_INITIALIZED: 409,
  STATION_IN_USE: 409,
  /** The process that answered for the data folder has ended meanwhile. */
  STATION_ENDED: 503,
  STORE_FROM_FUTURE: 409,
  STORE_CORRUPT: 500,
  STORE_DISK_FULL: 507,
  STORE_READ_ONLY: 500,
  BLOB_MISSING: 500,
  IMAGE_UNREADABLE: 422,
  IMAGE_TOO_LARGE: 422,
  /** Labels name a picture that is not there. */
  IMAGE_MISSING: 422,
  /** Labels are for a picture of another size. */
  IMAGE_SIZE_MISMATCH: 422,
  IMPORT_PATH_UNREADABLE: 422,
  IMPORT_FORMAT_INVALID: 422,
  /** A picture that is labelled already came again with another class. */
  LABEL_CONFLICT: 409,
  /** No picture is there to be worked on. */
  IMAGES_EMPTY: 422,
  CLASS_UNKNOWN: 422,
  CLASS_EXISTS: 409,
  DATASET_NAME_TAKEN: 409,
  DATASET_EMPTY: 422,
  /** There are files where an export was to go. */
  EXPORT_FOLDER_TAKEN: 409,
  DATASET_SPLIT_EMPTY: 422,
  DATASET_SINGLE_CLASS: 422,
  /** Detection: none of the pictures has a box. */
  DATASET_NO_BOXES: 422,
  /** A dataset or model of the other task. */
  TASK_MISMATCH: 422,
  /** A box that is no area, or lies outside its picture. */
  BOX_INVALID: 422,
  JOB_NOT_CANCELLABLE: 409,
  RUN_NOT_RESUMABLE: 409,
  MODEL_UNREADABLE: 422,
  MODEL_CLASSES_MISMATCH: 422,
  PROVIDER_UNAVAILABLE: 422,
  /** A training step or a model does not fit into the memory of the machine or of its device. */
  MEMORY_EXHAUSTED: 507,
  GRAPH_INVALID: 422,
  GRAPH_NOT_TRAINABLE: 422,
  PROMOTION_REFUSED: 409,
  ROLLBACK_UNAVAILABLE: 409,
  DEPLOYMENT_EMPTY: 409,
  SERVING_UNAVAILABLE: 503,
} as const satisfies Record<string, number>;

export type ErrorCode = keyof typeof errorStatus;

export const errorCodeSchema = z.enum(Object.keys(errorStatus) as [ErrorCode, ...ErrorCode[]]);

/** What crosses a process or network border when an AppError was thrown. */
export const errorRecordSchema = z.object({
  code: errorCodeSchema,
  message: z.string(),
  data: z.record(z.string(), z.unknown()).optional(),
});
export type ErrorRecord = z.infer<typeof errorRecordSchema>;
