/** What an error says, for whoever looks at the page. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
