type Log = (message: string, fields?: Readonly<Record<string, unknown>>) => void;

/** Where the cluster says what went wrong within it. Messages are constant strings; what varies is a field. */
export type Logger = { readonly warn: Log; readonly error: Log };

export const silentLogger: Logger = { warn: () => {}, error: () => {} };
