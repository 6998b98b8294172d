/** How everything is asked over HTTP: without cookies, past every cache, and of nobody else, wherever an answer points. */
export const plainRequest = { credentials: 'omit', redirect: 'error', cache: 'no-store' } as const;
