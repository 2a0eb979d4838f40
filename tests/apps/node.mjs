import { app } from "./app.js";

console.log(JSON.stringify(await app(process.argv[2] ?? "")));
