/** Title and icon of the tab: which page, how much runs, and the end of a watched job until somebody looks. */
import { useEffect } from "preact/hooks";
import { number } from "../../format.js";
import { t } from "../../i18n.js";
import { route } from "../../router.js";
import { totals } from "../../store.js";
import { news } from "../../watched.js";

const icon = document.querySelector('link[rel="icon"]');
const plain = icon.href;

function dotted(outcome) {
  const colour = getComputedStyle(document.documentElement).getPropertyValue(outcome === "finished" ? "--icon-good" : "--icon-bad");
  const ground = getComputedStyle(document.documentElement).getPropertyValue("--icon-ground");
  const picture = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20 20"><rect width="20" height="20" rx="5.5" fill="${ground}"/><circle cx="10" cy="10" r="6.5" fill="${colour}"/></svg>`;
  return `data:image/svg+xml,${encodeURIComponent(picture)}`;
}

function titleNow() {
  if (news.value) return `${news.value.mark} ${news.value.title} · ${t("brand")}`;
  const { page, job } = route.value;
  const name = t(`title.${job ? "job" : page}`);
  const started = totals.value?.started;
  return started ? `(${number(started)}) ${name} · ${t("brand")}` : `${name} · ${t("brand")}`;
}

export function useTitle() {
  const title = titleNow();
  const outcome = news.value?.outcome;
  useEffect(() => {
    document.title = title;
  }, [title]);
  useEffect(() => {
    icon.href = outcome ? dotted(outcome) : plain;
  }, [outcome]);
}
