// The baseline: the least code that makes the call and reads the response, without any checks.

/** @type {import("../candidate.js").Call} */
export async function reactivate(baseUrl, token, orgId) {
  const response = await fetch(`${baseUrl}/zitadel.management.v1.ManagementService/ReactivateOrg`, {
    method: "POST",
    headers: {
      "content-type": "application/grpc-web+proto",
      "x-grpc-web": "1",
      authorization: `Bearer ${token}`,
      "x-zitadel-orgid": orgId,
    },
    body: new Uint8Array(5),
  });
  const bytes = new Uint8Array(await response.arrayBuffer());
  const view = new DataView(bytes.buffer);
  const length = view.getUint32(1);
  const trailers = new TextDecoder().decode(bytes.subarray(5 + length + 5));
  const status =
    response.headers.get("grpc-status") ?? /^grpc-status: *(\d+)/im.exec(trailers)?.[1];
  if (status !== "0") {
    throw new Error(`status ${status}`);
  }
  const details = fields(fields(bytes.subarray(5, 5 + length))[1]);
  return { sequence: String(details[1]), resourceOwner: new TextDecoder().decode(details[4]) };
}

/** @param {Uint8Array} bytes */
function fields(bytes) {
  /** @type {Record<number, any>} */
  const members = {};
  let at = 0;
  const varint = () => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++] ?? 0;
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const key = Number(varint());
    const value = varint();
    if (key & 7) {
      members[key >> 3] = bytes.subarray(at, at + Number(value));
      at += Number(value);
    } else {
      members[key >> 3] = value;
    }
  }
  return members;
}
