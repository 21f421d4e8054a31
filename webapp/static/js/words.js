/** Texts of what comes later, in the language of the page: fetched along with its module, and there before it is drawn. */
import * as api from "./api.js";
import { addMessages, lang } from "./i18n.js";

const asked = new Map();

function fetched(name) {
  return api.messages(`${name}.${lang()}`).then(addMessages, (error) => {
    // The next attempt asks again.
    asked.delete(name);
    throw error;
  });
}

/** A loader of the module that `load` imports, and of its texts, i18n/<name>.<lang>.json. */
export const worded = (name, load) => async () => {
  if (!asked.has(name)) asked.set(name, fetched(name));
  const [module] = await Promise.all([load(), asked.get(name)]);
  return module;
};
