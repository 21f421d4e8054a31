/** Theme, time zone, language and keys of this browser. */
import { icons } from "../components/icons.js";
import { now } from "../clock.js";
import { zoneName } from "../format.js";
import { html } from "../html.js";
import { lang, t } from "../i18n.js";
import { setLanguage, setSingleKeys, setTheme, showZone, singleKeys, theme, zone } from "../prefs.js";

function Choice({ name, legend, value, options, onChoose }) {
  return html`
    <fieldset>
      <legend>${legend}</legend>
      <div class="segments">
        ${options.map(
          ([option, label]) => html`
            <label key=${label}>
              <input type="radio" name=${name} checked=${option === value} onChange=${() => onChoose(option)} /><span>${label}</span>
            </label>`,
        )}
      </div>
    </fieldset>`;
}

export const Settings = () => html`
  <button type="button" class="button bare icon gear" popovertarget="settings" aria-label=${t("settings.title")}><${icons.settings} /></button>
  <div class="popover" id="settings" popover>
    <div class="choices">
      <${Choice} name="theme" legend=${t("settings.theme")} value=${theme.value} onChoose=${setTheme}
        options=${[[null, t("settings.system")], ["light", t("settings.light")], ["dark", t("settings.dark")]]} />
      <${Choice} name="zone" legend=${t("settings.zone")} value=${zone.value} onChoose=${showZone}
        options=${[[null, zone.value ? t("settings.local") : t("settings.local_named", { zone: zoneName(now.peek()) })], ["UTC", "UTC"]]} />
      <${Choice} name="lang" legend=${t("settings.language")} value=${lang()} onChoose=${setLanguage}
        options=${[["en", "English"], ["ko", "한국어"]]} />
      <${Choice} name="keys" legend=${t("settings.keys")} value=${singleKeys.value} onChoose=${setSingleKeys}
        options=${[[true, t("settings.on")], [false, t("settings.off")]]} />
    </div>
  </div>`;
