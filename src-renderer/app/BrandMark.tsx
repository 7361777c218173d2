/** The mark: a loop that closes around a seed. */
export function BrandMark() {
  return (
    <svg width="34" height="34" viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="8" fill="#2f6b48" />
      <path
        d="M9.2 20.6A8 8 0 1 1 16 24.4"
        fill="none"
        stroke="#f3f1ed"
        strokeWidth="2.6"
        strokeLinecap="round"
      />
      <path
        d="M7.2 17.6l1.9 3.4 3.6-1.7"
        fill="none"
        stroke="#f3f1ed"
        strokeWidth="2.4"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
      <circle cx="16" cy="16.2" r="2.6" fill="#9fe0b5" />
    </svg>
  );
}
