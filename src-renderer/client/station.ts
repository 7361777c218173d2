/** The station as this page calls it, and the same calls as TanStack queries. */
import { createORPCClient } from '@orpc/client';
import { createTanstackQueryUtils } from '@orpc/tanstack-query';
import type { StationClient } from '../../src-preload/contract/index.ts';
import { openTransport } from './transport.ts';

const transport = openTransport();

/** Plain calls. */
export const stationClient: StationClient = createORPCClient(transport.link);

/** Calls that carry files. */
export const uploadClient: StationClient = createORPCClient(transport.uploadLink);

/** Query and mutation options by domain and procedure. */
export const station = createTanstackQueryUtils(stationClient);
