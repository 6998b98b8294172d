const key = 'parley.reloadedAt';
/** A second failure this soon is no new build, and reloading would go on for ever. */
const againMs = 60_000;

/** A page of an older build finds its panels gone from the server: it loads itself anew, once. Drafts and the place survive it. */
export function followNewBuilds(): void {
  addEventListener('vite:preloadError', (event) => {
    if (Date.now() - Number(sessionStorage.getItem(key)) < againMs) return;
    event.preventDefault();
    sessionStorage.setItem(key, String(Date.now()));
    location.reload();
  });
}
