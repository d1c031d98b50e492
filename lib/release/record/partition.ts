/** The partition key of everything the table has about an app and environment, other than its outbox entries. */
export const partition = (app: string, environment: string): string => `environment#${app}#${environment}`;
