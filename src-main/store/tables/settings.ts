/** The settings: one row per key that was ever changed; the others are the schema's defaults. */
import { type Settings, settingsSchema } from '../../../src-preload/contract/system.ts';
import type { Database, ReadableDatabase } from '../connection.ts';

export function readSettings(db: ReadableDatabase): Settings {
  const rows = db.all<{ key: string; value: string }>('SELECT key, value FROM setting');
  return settingsSchema.parse(Object.fromEntries(rows.map((row) => [row.key, JSON.parse(row.value)])));
}

export function createSettingsTable(db: Database) {
  const read = (): Settings => readSettings(db);
  /** @throws {ZodError} and changes nothing when a value does not fit the schema. */
  const update = (changes: Partial<Settings>): Settings =>
    db.transaction(() => {
      const settings = settingsSchema.parse({ ...read(), ...changes });
      for (const [key, value] of Object.entries(settings)) {
        if (!(key in changes)) continue;
        db.run(
          'INSERT INTO setting (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
          [key, JSON.stringify(value)],
        );
      }
      return settings;
    });
  return { read, update };
}
