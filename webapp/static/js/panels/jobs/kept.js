/** How this browser likes the jobs shown: the columns, and views by name. */
import { computed } from "@preact/signals";
import { preference } from "../../prefs.js";
import { columnsOf, textOf } from "./columns.model.js";
import { parsed } from "./views.model.js";

const [columnsText, keepColumnsText] = preference("columns");
const [viewsText, keepViewsText] = preference("views");

export const chosenColumns = computed(() => columnsOf(columnsText.value));
export const keepColumns = (columns) => keepColumnsText(textOf(columns));

export const views = computed(() => parsed(viewsText.value));
export const keepViews = (list) => keepViewsText(list.length ? JSON.stringify(list) : "");
