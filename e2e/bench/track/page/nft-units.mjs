// Units of jsartoolkitNFT's files.

/** Pixels an inch when a photo doesn't say it: the compiler's own default. */
export const DPI = 150;

/** Millimetres of a pixel of the photo. */
export const PIXEL_MM = 25.4 / DPI;
