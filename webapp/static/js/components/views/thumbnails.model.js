/** What a run of thumbnails says of itself and of each image. Pure. */
import { bytes, duration, number } from "../../format.js";
import { has, t } from "../../i18n.js";

/** The job whose files these are: the result names them as "<job id>/<file name>". */
export const jobOf = ({ artifacts }) => artifacts[0]?.artifact?.split("/", 1)[0] ?? null;

/** "256 × 171" */
export const pixels = ({ width, height }) => `${number(width)} × ${number(height)}`;

/** "256 × 171 · 6.2 kB" */
export const sizes = (image) => `${pixels(image)} · ${bytes(image.bytes)}`;

/** The line above the pictures. */
export function facts({ made, size, format, threads, seconds }) {
  return [
    t("thumbnails.longest", { n: size }),
    format === "keep" ? null : format,
    made.count ? t("thumbnails.became", { from: bytes(made.read_bytes), to: bytes(made.bytes) }) : null,
    t("thumbnails.took", { time: duration(seconds) }),
    t("thumbnails.threads", { n: threads }),
  ].filter(Boolean);
}

/** How many thumbnails the ZIP has that are not shown. */
export const unseen = ({ made, items }) => made.count - items.length;

/** Why a file gave no thumbnail, in the reader's language where the reason is a known one. */
export const why = ({ code, reason }) => (has(`thumbnails.why.${code}`) ? t(`thumbnails.why.${code}`) : reason);
