/** The few pictures of the page, drawn here. All are decoration beside a word. */
import { html } from "../html.js";

const icon = (path) => html`
  <svg width="20" height="20" viewBox="0 0 20 20" fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">
    <path d=${path} />
  </svg>`;

export const icons = {
  overview: () => icon("M3 11h4l2-6 3 10 2-4h3"),
  jobs: () => icon("M7 5h10M7 10h10M7 15h10M3 5h.01M3 10h.01M3 15h.01"),
  submit: () => icon("M10 4v12M4 10h12"),
  activity: () => icon("M3 10a7 7 0 1 0 2.2-5.1L3 7M3 3v4h4M10 6v4l3 2"),
  room: () => icon("M4 5h12a1 1 0 0 1 1 1v7a1 1 0 0 1-1 1H9l-4 3v-3H4a1 1 0 0 1-1-1V6a1 1 0 0 1 1-1z"),
  settings: () => icon("M4 6h7m4 0h1M4 14h1m4 0h7M13 4v4M7 12v4"),
  close: () => icon("M5 5l10 10M15 5L5 15"),
};

export const Logo = () => html`
  <svg width="20" height="20" viewBox="0 0 20 20" aria-hidden="true">
    <rect width="20" height="20" rx="5.5" fill="var(--accent)" />
    <circle cx="10" cy="10" r="7" fill="#fff" opacity="0.32" />
    <circle cx="10" cy="10" r="4" fill="#fff" />
  </svg>`;
