/** The product's mark and name. */
export const Logo = () => (
  <span className="flex items-center gap-2">
    <svg
      width="22"
      height="22"
      viewBox="0 0 24 24"
      fill="none"
      strokeLinejoin="round"
      strokeLinecap="round"
      aria-hidden
    >
      <path d="M12 2 21 7v10l-9 5-9-5V7z" stroke="var(--cds-accent)" strokeWidth="1.8" />
      <path
        d="M9 9.5 6.8 12 9 14.5M15 9.5l2.2 2.5-2.2 2.5M13 8.5l-2 7"
        stroke="var(--cds-accent-2)"
        strokeWidth="1.7"
      />
    </svg>
    <span className="text-sm font-semibold tracking-tight">
      CyberDev<span className="text-accent">Studio</span>
    </span>
  </span>
);
