/** Style sheets of what comes later: fetched along with its module, and there before it is drawn. */

const asked = new Map();

function fetched(name) {
  return new Promise((resolve, reject) => {
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.href = new URL(`../css/${name}.css`, import.meta.url).href;
    link.onload = resolve;
    link.onerror = () => {
      // The next attempt asks again.
      asked.delete(name);
      link.remove();
      reject(new Error(`css/${name}.css did not come`));
    };
    document.head.append(link);
  });
}

/** A loader of the module that `load` imports, and of its style sheet. */
export const styled = (name, load) => async () => {
  if (!asked.has(name)) asked.set(name, fetched(name));
  const [module] = await Promise.all([load(), asked.get(name)]);
  return module;
};
