/** An entry brings the addon and exports nothing: docs/install.md. */
export {};
