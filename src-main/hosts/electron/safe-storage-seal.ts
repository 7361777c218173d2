/** Electron's safeStorage as a seal; its asynchronous methods do not block the station while the key store asks. */
import { safeStorage } from 'electron';
import type { SecretSeal } from './sealed-token.ts';

export const safeStorageSeal: SecretSeal = {
  isTrustworthy: async () => (await safeStorage.isAsyncEncryptionAvailable()) && !isDisguiseOnly(),
  seal: (text) => safeStorage.encryptStringAsync(text),
  open: async (sealed) => (await safeStorage.decryptStringAsync(sealed)).result,
};

/** On Linux without a key store, the "key" is a constant of Chromium's source. */
function isDisguiseOnly(): boolean {
  return process.platform === 'linux' && safeStorage.getSelectedStorageBackend() === 'basic_text';
}
