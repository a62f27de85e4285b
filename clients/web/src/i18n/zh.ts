export const zh = { "app.name": "Jobalike" } as const;
