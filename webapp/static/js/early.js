/* The socket and the words: they need not wait for the modules. */
(function () {
  const { lang, dataset } = document.documentElement;
  for (const name of lang === "en" ? [lang] : [lang, `said.${lang}`]) {
    const link = document.createElement("link");
    document.head.append(Object.assign(link, { rel: "preload", as: "fetch", crossOrigin: "", href: `${dataset.assets}/i18n/${name}.json` }));
  }
  const socket = new WebSocket(`${location.protocol === "https:" ? "wss:" : "ws:"}//${location.host}${dataset.base}/live`);
  const messages = [];
  socket.onopen = () => socket.send(JSON.stringify({ id: 0, watch: { overview: true } }));
  socket.onmessage = ({ data }) => messages.push(data);
  window.early = { socket, messages };
})();
