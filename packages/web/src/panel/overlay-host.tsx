import { lazy, Suspense, useEffect, useMemo, useState, type ComponentType, type LazyExoticComponent } from 'react';
import { useOverlay, type Overlay } from '../shell/overlay.ts';
import { LayerContext, type Layer } from './layer.ts';

type Shown<Type extends Overlay['type']> = ComponentType<{ readonly overlay: Extract<Overlay, { type: Type }> }>;

const panels: { readonly [Type in Overlay['type']]: LazyExoticComponent<Shown<Type>> } = {
  settings: lazy(() => import('../settings/settings.tsx')),
  browse: lazy(() => import('../browse/browse.tsx')),
  switcher: lazy(() => import('../switcher/switcher.tsx')),
  keys: lazy(() => import('../keys/keys.tsx')),
  search: lazy(() => import('../search/search.tsx')),
  profile: lazy(() => import('../profile/profile.tsx')),
  revisions: lazy(() => import('../message-info/revisions.tsx')),
  receipts: lazy(() => import('../message-info/receipts.tsx')),
};

/** Shows the overlay of the URL, and the last one until it has faded. Each loads when it is first wanted. */
export function OverlayHost() {
  const { shown, close } = useOverlay();
  const [last, setLast] = useState<Overlay>();
  useEffect(() => {
    if (shown !== undefined) setLast(shown);
  }, [shown]);
  const layer = useMemo<Layer>(
    () => ({ isOpen: shown !== undefined, onClose: close, onGone: () => setLast(undefined) }),
    [shown, close],
  );
  const overlay = shown ?? last;
  if (overlay === undefined) return null;
  const Shown = panels[overlay.type] as ComponentType<{ readonly overlay: Overlay }>;
  return (
    <LayerContext value={layer}>
      <Suspense fallback={null}>
        <Shown key={JSON.stringify(overlay)} overlay={overlay} />
      </Suspense>
    </LayerContext>
  );
}
