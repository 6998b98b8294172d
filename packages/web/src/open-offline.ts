/** From the second visit on the page opens without a network. Only where browsers allow it: over TLS, or on this machine. */
export function openOffline(): void {
  if (!import.meta.env.PROD || !isSecureContext || !('serviceWorker' in navigator)) return;
  // Where it is refused, such as in a private window, the page works as it does without.
  navigator.serviceWorker.register('/service-worker.js', { updateViaCache: 'none' }).catch(() => undefined);
}
