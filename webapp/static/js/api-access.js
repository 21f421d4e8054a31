/** Requests of logins, users and tokens: most pages never make them. */
import { request } from "./api.js";

export const logIn = (name, password) => request("POST", "/api/login", { body: { name, password } });
/** This browser, or with `everywhere` each that the same user is logged in with. */
export const logOut = (everywhere) => request("POST", "/api/logout", { body: { everywhere } });
export const users = () => request("GET", "/api/users");
export const signOut = (name) => request("POST", `/api/users/${encodeURIComponent(name)}/sign_out`, { body: {} });
export const tokens = () => request("GET", "/api/tokens");
/** Answers {token, secret}; the secret is told this once. */
export const addToken = (wanted) => request("POST", "/api/tokens", { body: wanted });
export const revokeToken = (id) => request("DELETE", `/api/tokens/${encodeURIComponent(id)}`);
