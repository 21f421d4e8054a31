/** Who is in the Room, on all servers, and the name that one has there oneself. */
import { useEffect, useRef, useState } from "preact/hooks";
import { Avatar } from "../../components/avatar.js";
import { Skeleton } from "../../components/skeleton.js";
import { html } from "../../html.js";
import { t } from "../../i18n.js";
import { rename, room } from "../../room.js";

/** Characters of a name, as the server cuts it. */
const NAME_CHARS = 40;

const Person = ({ by, name, isYou }) => html`
  <li class="person" data-by=${by}>
    <${Avatar} by=${by} name=${name} />
    <bdi class="clip" title=${name}>${name}</bdi>
    ${isYou && html`<span class="quiet nowrap">${t("room.is_you")}</span>`}
  </li>`;

function NameForm({ name, onDone }) {
  const input = useRef(null);
  useEffect(() => input.current.select(), []);
  const onSubmit = (event) => {
    event.preventDefault();
    rename(event.currentTarget.elements.name.value);
    onDone();
  };
  const onKeyDown = (event) => event.key === "Escape" && onDone();
  return html`
    <form class="name-form" onSubmit=${onSubmit} onKeyDown=${onKeyDown}>
      <label class="label" for="room-name">${t("room.name")}</label>
      <div class="name-row">
        <input class="control" id="room-name" name="name" maxlength=${NAME_CHARS} defaultValue=${name} autocomplete="nickname" dir="auto" ref=${input} />
        <button type="submit" class="button">${t("room.name.save")}</button>
      </div>
    </form>`;
}

function Own({ you }) {
  const [editing, setEditing] = useState(false);
  const change = useRef(null);
  const onDone = () => {
    setEditing(false);
    // When the form has left, the keyboard stands where it came from.
    setTimeout(() => change.current?.focus());
  };
  if (you.fixed) return html`<p class="own-name muted">${t("room.signed_in", { name: you.name })}</p>`;
  if (editing) return html`<${NameForm} name=${you.name} onDone=${onDone} />`;
  return html`
    <p class="own-name"><span class="muted clip">${t("room.you_are")} <bdi>${you.name}</bdi></span>
      <button type="button" class="button" ref=${change} onClick=${() => setEditing(true)}>${t("room.name.change")}</button>
    </p>`;
}

export function Here() {
  const { you, here, count } = room.value;
  const people = [...here].sort((a, b) => (b.by === you?.by) - (a.by === you?.by));
  return html`
    <section class="card room-here" aria-labelledby="here-title" data-testid="here">
      <div class="card-head ruled"><h2 id="here-title">${t("room.here")}</h2><span class="aside">${count || ""}</span></div>
      <ul class="people fresh">
        ${people.map((person) => html`<${Person} key=${person.by} ...${person} isYou=${person.by === you?.by} />`)}
        ${!people.length && html`<li class="person"><${Skeleton} width=${120} /></li>`}
        ${count > here.length && html`<li class="person quiet">${t("room.more", { n: count - here.length })}</li>`}
      </ul>
      ${you && html`<${Own} you=${you} />`}
    </section>`;
}
