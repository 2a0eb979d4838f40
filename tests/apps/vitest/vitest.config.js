export default { test: { include: ["app.test.js"] } };
