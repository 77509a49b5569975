/** A frame larger than this is refused whole: it would hold up everybody behind it. */
export const MAX_FRAME_READINGS = 5_000;
