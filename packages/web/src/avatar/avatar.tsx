import type { CSSProperties } from 'react';
import { Icon } from '../icons/icon.tsx';
import { hueOf } from './hue.ts';
import { initialsOf } from './initials.ts';
import './avatar.css';

interface AvatarProps {
  /** Decides the hue. */
  readonly id: number;
  readonly name: string;
  readonly size?: number;
  readonly kind?: 'person' | 'room' | 'channel';
  readonly isOnline?: boolean;
}

/** Initials on one of twelve hues; rooms and channels show what they are. */
export function Avatar({ id, name, size = 40, kind = 'person', isOnline = false }: AvatarProps) {
  const style = { '--avatar-hue': hueOf(id), '--avatar-size': `${size}px` } as CSSProperties;
  return (
    <span
      className="avatar"
      style={style}
      data-kind={kind}
      data-initials={kind === 'person' ? initialsOf(name) : undefined}
      aria-hidden="true"
    >
      {kind !== 'person' && <Icon name={kind === 'room' ? 'hash' : 'megaphone'} size={Math.round(size * 0.5)} />}
      {isOnline && <span className="avatar-dot" />}
    </span>
  );
}
