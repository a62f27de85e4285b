export const en = { "app.name": "Jobalike" } as const;
