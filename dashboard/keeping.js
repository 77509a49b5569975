// What this browser tab remembers over a reload. A browser without storage forgets it, which is all that is lost.
/* global sessionStorage */

export default {
  kept(key) {
    try {
      return JSON.parse(sessionStorage.getItem(key));
    } catch {
      return null;
    }
  },
  keep(key, value) {
    try {
      if (value === null) sessionStorage.removeItem(key);
      else sessionStorage.setItem(key, JSON.stringify(value));
    } catch {
      // Nothing to do about it.
    }
  },
};
