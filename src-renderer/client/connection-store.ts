/** Whether the station can be heard right now, for the banner and the tray. */
import { create } from 'zustand';

export type ConnectionState = 'connecting' | 'open' | 'lost';

interface ConnectionStore {
  readonly state: ConnectionState;
  /** When the connection went away, milliseconds since the epoch. */
  readonly lostAt: number | null;
  readonly setState: (state: ConnectionState) => void;
}

export const useConnection = create<ConnectionStore>((set) => ({
  state: 'connecting',
  lostAt: null,
  setState: (state) =>
    set((before) => ({ state, lostAt: state === 'lost' ? (before.lostAt ?? Date.now()) : null })),
}));
