import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { readCapture, toCapture } from '../../../src-main/vision/read-capture.ts';

async function draw(exif: Record<string, Record<string, string>>, format: 'jpeg' | 'png' | 'webp' = 'jpeg') {
  const picture = sharp({ create: { width: 8, height: 6, channels: 3, background: '#864' } });
  return new Uint8Array(await picture.withExif(exif).toFormat(format).toBuffer());
}

const local = (...parts: [number, number, number, number, number, number]) => new Date(...parts).getTime();

describe('a picture', () => {
  it.each(['jpeg', 'png', 'webp'] as const)(
    'tells its camera and the time of the shutter as %s',
    async (format) => {
      const exif = {
        IFD0: { Make: 'Canon', Model: 'Canon EOS R6', DateTime: '2026:06:02 10:00:00' },
        IFD2: { DateTimeOriginal: '2026:05:04 13:14:15' },
      };
      expect(await readCapture(await draw(exif, format))).toEqual({
        camera: 'Canon EOS R6',
        capturedAt: local(2026, 4, 4, 13, 14, 15),
      });
    },
  );

  it('takes the offset that stands beside the time before the zone of the station', async () => {
    const exif = { IFD2: { DateTimeOriginal: '2026:05:04 13:14:15', OffsetTimeOriginal: '-03:30' } };
    const { capturedAt } = await readCapture(await draw(exif));
    expect(capturedAt).toBe(Date.UTC(2026, 4, 4, 16, 44, 15));
  });

  it('falls back on the time of the digitizing, and then of the file as the camera wrote it', async () => {
    const digitized = {
      IFD0: { DateTime: '2026:01:01 00:00:00' },
      IFD2: { DateTimeDigitized: '2025:01:01 00:00:00' },
    };
    expect((await readCapture(await draw(digitized))).capturedAt).toBe(local(2025, 0, 1, 0, 0, 0));
    const written = { IFD0: { DateTime: '2026:01:01 00:00:00' } };
    expect((await readCapture(await draw(written))).capturedAt).toBe(local(2026, 0, 1, 0, 0, 0));
  });

  it('tells nothing where there is no block, a clock that was never set, or a block that is damaged', async () => {
    const plain = await sharp({ create: { width: 8, height: 6, channels: 3, background: '#864' } })
      .png()
      .toBuffer();
    expect(await readCapture(new Uint8Array(plain))).toEqual({ camera: null, capturedAt: null });
    const unset = { IFD0: { Make: '  ' }, IFD2: { DateTimeOriginal: '0000:00:00 00:00:00' } };
    expect(await readCapture(await draw(unset))).toEqual({ camera: null, capturedAt: null });
    const whole = await draw({ IFD0: { Make: 'Canon', Model: 'Canon EOS R6' } });
    const begin = Buffer.from(whole).indexOf('Exif');
    for (let at = begin; at < begin + 60; at++) {
      const damaged = whole.slice();
      damaged[at] = 0xff;
      expect(typeof (await readCapture(damaged)).camera).toMatch(/string|object/);
    }
  });
});

describe('the name of a camera', () => {
  it.each([
    ['NIKON CORPORATION', 'NIKON D850', 'NIKON CORPORATION NIKON D850'],
    ['samsung', 'SM-G991B', 'samsung SM-G991B'],
    ['Apple', 'iPhone 15', 'Apple iPhone 15'],
    ['SONY\u0000\u0000', ' ILCE-7M4 ', 'SONY ILCE-7M4'],
    [undefined, 'MV-CA050-10GC', 'MV-CA050-10GC'],
    ['Basler', undefined, 'Basler'],
  ])('of %s and %s is %s', (make, model, camera) => {
    const image = { ...(make !== undefined && { Make: make }), ...(model !== undefined && { Model: model }) };
    expect(toCapture({ bigEndian: false, Image: image }).camera).toBe(camera);
  });
});
