/** The worker's side of a conversion: one picture file becomes a PNG, whole or not at all. */
import { readFile, rename, writeFile } from 'node:fs/promises';
import { AppError } from '../base/app-error.ts';
import type { WorkerPort } from '../jobs/worker-port.ts';
import { withStoreErrors } from '../store/store-error.ts';
import { openPictureAsRgb, withPictureErrors } from '../vision/open-picture.ts';
import { type ConversionAnswer, type ConversionRequest, conversionRequestSchema } from './shown-pictures.ts';

export function runPictureWorker(port: WorkerPort): void {
  const send = (answer: ConversionAnswer) => port.send(answer);
  port.onDisconnect(() => process.exit(0));
  port.onMessage((message) => {
    const fail = (error: unknown) => {
      if (!(error instanceof AppError)) throw error;
      send({ error: error.toRecord() });
    };
    convert(conversionRequestSchema.parse(message)).then(() => send({ error: null }), fail);
  });
}

async function convert({ from, to }: ConversionRequest): Promise<void> {
  const bytes = await readFile(from);
  const png = await withPictureErrors(bytes, () =>
    openPictureAsRgb(bytes).png({ compressionLevel: 3 }).toBuffer(),
  );
  await withStoreErrors(to, async () => {
    await writeFile(`${to}.tmp`, png, { flush: true });
    await rename(`${to}.tmp`, to);
  });
}
