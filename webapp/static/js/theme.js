/* Theme and language, before the first paint: a module would come after it. */
(function () {
  var root = document.documentElement;
  try {
    var theme = localStorage.getItem("rqlive.theme");
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
    var lang = localStorage.getItem("rqlive.lang");
    if (lang === "en" || lang === "ko") root.lang = lang;
  } catch (blocked) {
    root.dataset.storage = "blocked";
  }
})();
