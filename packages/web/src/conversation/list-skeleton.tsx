const widths = [44, 62, 30, 52, 70, 38, 26] as const;

/** The shape of messages while the first ones load; shows itself only after a moment. */
export function ListSkeleton() {
  return (
    <div className="list-skeleton" aria-hidden="true">
      {widths.map((width, index) => (
        <span key={width} data-own={index === 2 || index === 5} style={{ width: `${width}%` }} />
      ))}
    </div>
  );
}
