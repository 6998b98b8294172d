import { createContext, use } from 'react';

/** How a panel is told to go, and says that it has gone. */
export interface Layer {
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly onGone: () => void;
}

export const LayerContext = createContext<Layer | undefined>(undefined);

export function useLayer(): Layer {
  const layer = use(LayerContext);
  if (layer === undefined) throw new Error('useLayer needs a LayerContext.');
  return layer;
}
