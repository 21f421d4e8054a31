/** The few pictures of the page, drawn here. All are decoration beside a word. */
import { html } from "../html.js";

const icon = (path) => html`
  <svg width="20" height="20" viewBox="0 0 20 20" fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">
    <path d=${path} />
  </svg>`;

export const icons = {
  bell: () => icon("M10 3a4.5 4.5 0 0 0-4.5 4.5c0 4-1.5 5-2 6h13c-.5-1-2-2-2-6A4.5 4.5 0 0 0 10 3zM8.5 16.5h3"),
  find: () => icon("M9 3.5a5.5 5.5 0 1 0 0 11a5.5 5.5 0 0 0 0-11M13 13l4 4"),
  overview: () => icon("M3 11h4l2-6 3 10 2-4h3"),
  jobs: () => icon("M7 5h10M7 10h10M7 15h10M3 5h.01M3 10h.01M3 15h.01"),
  submit: () => icon("M10 4v12M4 10h12"),
  failures: () => icon("M10 3l8 14H2zM10 8v4M10 14.5h.01"),
  workers: () => icon("M5 6h10v8H5zM8 3v3M12 3v3M8 14v3M12 14v3M2 8h3M2 12h3M15 8h3M15 12h3"),
  schedule: () => icon("M4 5h12v11H4zM4 9h12M7 3v4M13 3v4"),
  groups: () => icon("M4 4h5v5H4zM11 4h5v5h-5zM4 11h5v5H4zM11 11h5v5h-5z"),
  stuck: () => icon("M6 3h8M6 17h8M7 3v3l3 4 3-4V3M7 17v-3l3-4 3 4v3"),
  health: () => icon("M10 16S3 12 3 7.5A3.5 3.5 0 0 1 10 6a3.5 3.5 0 0 1 7 1.5C17 12 10 16 10 16z"),
  activity: () => icon("M3 10a7 7 0 1 0 2.2-5.1L3 7M3 3v4h4M10 6v4l3 2"),
  room: () => icon("M4 5h12a1 1 0 0 1 1 1v7a1 1 0 0 1-1 1H9l-4 3v-3H4a1 1 0 0 1-1-1V6a1 1 0 0 1 1-1z"),
  note: () => icon("M4 4h12v8l-4 4H4zM12 16v-4h4"),
  more: () => icon("M4 10h.01M10 10h.01M16 10h.01"),
  settings: () => icon("M4 6h7m4 0h1M4 14h1m4 0h7M13 4v4M7 12v4"),
  close: () => icon("M5 5l10 10M15 5L5 15"),
};

export const Logo = () => html`
  <svg width="20" height="20" viewBox="0 0 20 20" aria-hidden="true">
    <rect width="20" height="20" rx="5.5" fill="var(--accent)" />
    <circle cx="10" cy="10" r="7" fill="#fff" opacity="0.32" />
    <circle cx="10" cy="10" r="4" fill="#fff" />
  </svg>`;
