// Calls one method of an endpoint with RunPod's JavaScript client and prints what it
// gives as JSON, on the last line: of a stream the items.
//
// usage: node call.mjs BASE_URL KEY ENDPOINT METHOD [ARGUMENT AS JSON]...
import runpodSdk from "runpod-sdk"

const [baseUrl, key, endpointId, method, ...words] = process.argv.slice(2)
const endpoint = runpodSdk(key, { baseUrl }).endpoint(endpointId)
const answer = endpoint[method](...words.map((word) => JSON.parse(word)))

async function collect(stream) {
  const items = []
  for await (const item of stream) items.push(item)
  return items
}

const result = method === "stream" ? await collect(answer) : await answer
console.log(JSON.stringify(result))
