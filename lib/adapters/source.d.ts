import type { PerformanceClient, PerformanceClientOptions } from '../../index';

/**
 * What an adapter sends through: a client that is there, or what one is made
 * of.
 */
export type ClientSource =
  | { client: PerformanceClient; baseURL?: undefined }
  | ({
      client?: undefined;
      /** http or https URL, perhaps with a path in front of all paths. */
      baseURL: string;
    } & PerformanceClientOptions);
