const { getMyOrg, isZitadelError, reactivateOrg } = require("zitadel-org-web");

(async () => {
  const baseUrl = process.argv[2];
  const { org } = await getMyOrg("acme-viewer", null, { baseUrl });
  const error = await reactivateOrg("acme-viewer", null, { baseUrl }).catch((error) => error);
  console.log(
    JSON.stringify({ name: org?.name, isZitadelError: isZitadelError(error), id: error.id }),
  );
})();
