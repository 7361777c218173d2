/** Whether the keyboard help is open. */
import { create } from 'zustand';

interface HelpStore {
  readonly isOpen: boolean;
  readonly open: () => void;
  readonly close: () => void;
}

export const useHelp = create<HelpStore>((set) => ({
  isOpen: false,
  open: () => set({ isOpen: true }),
  close: () => set({ isOpen: false }),
}));
