/** Where the hosts serve pictures, by hash and for ever. */

/** The picture as it came in. */
export function pictureUrl(hash: string): string {
  return `/pictures/${hash}`;
}

/** A small JPEG of it. */
export function thumbnailUrl(hash: string): string {
  return `/thumbnails/${hash}`;
}
