/** Names, links, rights and disks as they are out there: imports tell what they could not take, and take the rest. */
import {
  chmodSync,
  chownSync,
  closeSync,
  mkdirSync,
  openSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Import, ImportRejection } from '../../src-preload/contract/collector.ts';
import { createTemporaryFolder } from '../main/store/temporary-folder.ts';
import { drawFolder, drawPattern } from './draw-patterns.ts';
import { runCommand, runWell, serveForTest, startCommand, waitForEnd } from './served-station.ts';
import { canMount, mountSmallDisk } from './store-mount.ts';

const megabyte = 1024 * 1024;
/** Root reads everything: what rights forbid is tried as somebody else. */
const stranger = process.getuid?.() === 0 ? { uid: 65_534 } : {};

type ImportAnswer = Import & { rejections: ImportRejection[] };

async function createStation(): Promise<string> {
  const dataDir = join(createTemporaryFolder(), 'station');
  await runWell(dataDir, 'init');
  return dataDir;
}

async function drawFile(path: string | Buffer, number: number): Promise<void> {
  writeFileSync(path, await drawPattern('down', number).png().toBuffer());
}

const names = [
  'two words',
  `quotes ' " \``,
  'line\nend\ttab',
  'Blätter 日本語 أوراق листья',
  'emoji 🍃👩‍🌾',
  '-rf',
  '$(touch oops);%s&|<>*?',
  '..hidden..',
  `${'long '.repeat(45)}end`,
];

test('names of every kind come through, for files and for classes', { timeout: 120_000 }, async () => {
  const dataDir = await createStation();
  const root = createTemporaryFolder();
  const shown = names.filter((name) => !name.startsWith('.'));
  for (const [index, name] of shown.entries()) {
    mkdirSync(join(root, name));
    await drawFile(join(root, name, `${name}.png`), index);
  }
  expect(await runWell(dataDir, 'import', root)).toMatchObject({
    added: shown.length,
    labelled: shown.length,
    rejections: [],
  });
  const { client } = await serveForTest(dataDir);
  const { images } = await client.images.listImages({});
  expect(new Set(images.map(({ fileName }) => fileName))).toEqual(
    new Set(shown.map((name) => `${name}.png`)),
  );
  const classes = (await client.annotation.listClasses()).map(({ name }) => name);
  const toClassName = (name: string) =>
    name
      .replaceAll(/[\n\t]/g, ' ')
      .slice(0, 200)
      .trim();
  expect(new Set(classes)).toEqual(new Set(shown.map(toClassName)));
});

test('a name that is no UTF-8 is told, and costs nothing else', { timeout: 120_000 }, async () => {
  const dataDir = await createStation();
  const root = createTemporaryFolder();
  await drawFile(join(root, 'good.png'), 1);
  await drawFile(Buffer.concat([Buffer.from(`${root}/`), Buffer.from([0xff, 0xfe, 0x2e, 0x70])]), 2);
  const { status, document } = await runCommand(dataDir, 'import', root);
  expect(status).toBe(0);
  expect(document).toMatchObject({ added: 1, rejected: 1 });
  expect((document as ImportAnswer).rejections).toMatchObject([
    { code: 'IMPORT_PATH_UNREADABLE', reason: expect.stringContaining('UTF-8') },
  ]);
});

test('links in a circle end, and each picture comes once', { timeout: 120_000 }, async () => {
  const dataDir = await createStation();
  const root = await drawFolder(createTemporaryFolder(), { perClass: 3 });
  symlinkSync(root, join(root, 'down', 'up again'));
  symlinkSync(join(root, 'down'), join(root, 'across', 'over there'));
  symlinkSync('self', join(root, 'self'));
  symlinkSync('there', join(root, 'here'));
  symlinkSync('here', join(root, 'there'));
  symlinkSync('/nowhere', join(root, 'broken.png'));
  const { status, document } = await runCommand(dataDir, 'import', root);
  expect(status).toBe(0);
  const { rejections, ...counts } = document as ImportAnswer;
  expect(counts).toMatchObject({ added: 9, duplicates: 0, rejected: 4 });
  expect(rejections.map(({ code }) => code)).toEqual(Array(4).fill('IMPORT_PATH_UNREADABLE'));
  expect(rejections.filter(({ reason }) => reason.includes('circle'))).toHaveLength(3);
});

test.runIf(process.platform === 'linux')(
  'files and folders that may not be read are told, and cost nothing else',
  { timeout: 120_000 },
  async () => {
    const root = await drawFolder(createTemporaryFolder(), { perClass: 2 });
    const home = createTemporaryFolder();
    for (const folder of [root, home]) chmodSync(folder, 0o755);
    if (stranger.uid !== undefined) chownSync(home, stranger.uid, stranger.uid);
    const dataDir = join(home, 'station');
    expect((await startCommand(stranger, dataDir, 'init').answer).status).toBe(0);
    chmodSync(join(root, 'down'), 0o000);
    chmodSync(join(root, 'slant/0.png'), 0o000);
    const { status, document } = await startCommand(stranger, dataDir, 'import', root).answer;
    chmodSync(join(root, 'down'), 0o755);
    expect(status).toBe(0);
    expect(document).toMatchObject({ added: 3, rejected: 2 });
    expect((document as ImportAnswer).rejections).toEqual([
      expect.objectContaining({ path: join(root, 'down'), reason: expect.stringContaining('no permission') }),
      expect.objectContaining({
        path: join(root, 'slant/0.png'),
        reason: expect.stringContaining('no permission'),
      }),
    ]);
  },
);

test.runIf(process.platform === 'linux')(
  'a data folder that may not be written is refused, and stays as it was',
  { timeout: 120_000 },
  async () => {
    const dataDir = await createStation();
    chmodSync(join(dataDir, '..'), 0o755);
    const answer = await startCommand({ uid: 65_534 }, dataDir, 'models', 'list').answer;
    expect(answer).toMatchObject({ status: 1, document: { error: { code: 'STORE_READ_ONLY' } } });
    expect(await runWell(dataDir, 'models', 'list')).toEqual([]);
  },
);

test.runIf(canMount)(
  'a read-only disk can be imported from, and is refused as a data folder',
  { timeout: 120_000 },
  async () => {
    const dataDir = await createStation();
    const disk = mountSmallDisk(8 * megabyte);
    await drawFolder(join(disk.dir, 'pictures'), { perClass: 2 });
    await runWell(join(disk.dir, 'station'), 'init');
    disk.makeReadOnly();
    expect(await runWell(dataDir, 'import', join(disk.dir, 'pictures'))).toMatchObject({ added: 6 });
    for (const command of [
      ['import', join(disk.dir, 'pictures')],
      ['serve', '--port', '0'],
      ['models', 'list'],
    ]) {
      const { status, document } = await runCommand(join(disk.dir, 'station'), ...command);
      expect({ command, status, document }).toEqual({
        command,
        status: 1,
        document: { error: expect.objectContaining({ code: 'STORE_READ_ONLY' }) },
      });
    }
    disk.makeWritable();
    expect(await runWell(join(disk.dir, 'station'), 'import', join(disk.dir, 'pictures'))).toMatchObject({
      added: 6,
    });
  },
);

/** 60 pictures of 270 kB; half of them fit. */
async function createFullDisk(): Promise<{ pictures: string; dataDir: string; ballast: string }> {
  const pictures = createTemporaryFolder();
  const drawn = Array.from({ length: 60 }, (_, number) =>
    drawPattern('slant', number, 300)
      .png({ compressionLevel: 0 })
      .toFile(join(pictures, `${number}.png`)),
  );
  await Promise.all(drawn);
  const disk = mountSmallDisk(40 * megabyte);
  const ballast = join(disk.dir, 'ballast');
  writeFileSync(ballast, Buffer.alloc(30 * megabyte));
  const dataDir = join(disk.dir, 'station');
  await runWell(dataDir, 'init');
  return { pictures, dataDir, ballast };
}

test.runIf(canMount)(
  'a disk that fills up fails the import in a sentence, loses nothing told, and the rest comes in later',
  { timeout: 120_000 },
  async () => {
    const { pictures, dataDir, ballast } = await createFullDisk();
    const { client } = await serveForTest(dataDir);
    const failed = await runCommand(dataDir, 'import', pictures);
    expect(failed.document).toEqual({ error: expect.objectContaining({ code: 'STORE_DISK_FULL' }) });
    expect(failed.status).toBe(1);
    const [told] = await client.collector.listImports({});
    const { images: before } = await client.images.listImages({ limit: 1000 });
    expect(before).toHaveLength(told?.added ?? 0);
    expect(before.length).toBeGreaterThan(0);
    expect(before.length).toBeLessThan(60);

    rmSync(ballast);
    expect(await runWell(dataDir, 'import', pictures)).toMatchObject({
      added: 60 - before.length,
      duplicates: before.length,
    });
    const { images: after, total } = await client.images.listImages({ limit: 1000 });
    expect(total).toBe(60);
    const hashes = new Set(after.map(({ hash }) => hash));
    expect(before.filter(({ hash }) => !hashes.has(hash))).toEqual([]);
    expect(await client.system.checkIntegrity()).toMatchObject({ integrity: 'ok', problems: [] });
  },
);

test.runIf(canMount)(
  'doctor calls a full or read-only disk by its name, and no damage',
  { timeout: 120_000 },
  async () => {
    const disk = mountSmallDisk(4 * megabyte);
    const dataDir = join(disk.dir, 'station');
    await runWell(dataDir, 'init');
    fill(join(disk.dir, 'ballast'));
    const full = await runCommand(dataDir, 'doctor');
    expect(full.status).toBe(1);
    expect(full.document).toEqual({ error: expect.objectContaining({ code: 'STORE_DISK_FULL' }) });
    rmSync(join(disk.dir, 'ballast'));
    disk.makeReadOnly();
    const readOnly = await runCommand(dataDir, 'doctor');
    expect(readOnly.document).toEqual({ error: expect.objectContaining({ code: 'STORE_READ_ONLY' }) });
    disk.makeWritable();
    expect(await runWell(dataDir, 'doctor')).toMatchObject({ database: { integrity: 'ok' } });
  },
);

/** To the last byte. */
function fill(file: string): void {
  const handle = openSync(file, 'a');
  try {
    for (let size = megabyte; size >= 1; ) size = writeSome(handle, size) ? size : size / 2;
  } finally {
    closeSync(handle);
  }
}

function writeSome(handle: number, sizeBytes: number): boolean {
  try {
    return writeSync(handle, Buffer.alloc(Math.floor(sizeBytes))) > 0;
  } catch {
    return false;
  }
}

test.runIf(canMount)(
  'on a disk without a byte left every call is answered, and all works again once there is room',
  { timeout: 120_000 },
  async () => {
    const { pictures, dataDir, ballast } = await createFullDisk();
    const { client } = await serveForTest(dataDir);
    fill(ballast);
    const full = { status: 1, document: { error: { code: 'STORE_DISK_FULL' } } };
    for (let count = 0; count < 3; count++)
      expect(await runCommand(dataDir, 'import', pictures)).toMatchObject(full);
    expect((await runCommand(dataDir, 'doctor')).document).toMatchObject({
      database: { integrity: 'ok', problems: [] },
    });
    await expect(client.system.createSnapshot()).rejects.toMatchObject({ code: 'STORE_DISK_FULL' });

    rmSync(ballast);
    const { jobId, id } = await client.collector.importPaths({ paths: [pictures] });
    expect(await waitForEnd(client, jobId)).toMatchObject({ status: 'succeeded' });
    expect(await client.collector.getImport({ id })).toMatchObject({ rejected: 0 });
    expect((await client.images.countImages()).total).toBe(60);
    expect(await client.system.checkIntegrity()).toMatchObject({ integrity: 'ok', problems: [] });
  },
);
