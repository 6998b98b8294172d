/** The shape of the list while it loads; shows itself only after a moment. */
export function SidebarSkeleton() {
  return (
    <div className="skeleton" aria-hidden="true">
      {Array.from({ length: 7 }, (_, index) => (
        <div key={index} className="skeleton-row">
          <span className="skeleton-disc" />
          <span className="skeleton-lines">
            <span />
            <span />
          </span>
        </div>
      ))}
    </div>
  );
}
