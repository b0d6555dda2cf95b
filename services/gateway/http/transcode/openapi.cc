#include "services/gateway/http/transcode/openapi.h"

#include <fmt/format.h>

#include <map>
#include <string_view>

#include "furnace/v1/document.pb.h"
#include "libs/common/json/json.h"
#include "services/gateway/http/transcode/openapi_schema.h"

namespace furnace::gateway::http {
namespace {

// What the routes have in common. The schemas go in where the brackets are.
constexpr std::string_view kComponents = R"({{
"securitySchemes":{{
"bearer":{{"type":"http","scheme":"bearer","description":"A Furnace API key, fk_..."}},
"api_key":{{"type":"apiKey","in":"header","name":"X-API-Key"}}}},
"responses":{{"Error":{{"description":"The request failed; the code says how.",
"headers":{{"X-Request-ID":{{"schema":{{"type":"string"}}}},
"Retry-After":{{"description":"Seconds; with 429 and 503.","schema":{{"type":"integer"}}}}}},
"content":{{"application/json":{{"schema":{{"type":"object",
"required":["error","code","request_id"],
"properties":{{"error":{{"type":"string"}},"code":{{"type":"string"}},
"request_id":{{"type":"string"}}}}}}}}}}}}}},
"schemas":{}}})";

constexpr std::string_view kHealth = R"({"get":{"operationId":"health","security":[],
"responses":{"200":{"description":"The gateway serves."},
"503":{"description":"It is about to stop."}}}})";

constexpr std::string_view kStream = R"({"get":{"operationId":"JobService_Watch_WebSocket",
"tags":["JobService"],"x-required-role":"VIEWER",
"description":"A WebSocket. Each text frame is a WatchResponse.",
"parameters":[{"name":"job_id","in":"path","required":true,"schema":{"type":"string"}},
{"name":"after_chunk","in":"query","required":false,"schema":{"type":"integer","format":"int64"}},
{"name":"token","in":"query","required":false,"description":"The API key.",
"schema":{"type":"string"}}],
"responses":{"101":{"description":"The stream begins."},
"default":{"$ref":"#/components/responses/Error"}}}})";

std::string Lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

std::string Parameter(std::string_view place, const Binding::Field& field, SchemaBook& book) {
  return fmt::format(R"({{"name":{},"in":"{}","required":{},"schema":{}}})",
                     json::Quote(field.name()), place, place == "path", book.OfField(field));
}

std::string Parameters(const Binding& binding, SchemaBook& book) {
  std::string all;
  const auto add = [&](std::string_view place, const Binding::Field& field) {
    if (!all.empty()) all += ',';
    all += Parameter(place, field, book);
  };
  for (const Binding::Field* field : binding.path_fields) add("path", *field);
  for (const Binding::Field* field : binding.QueryFields()) add("query", *field);
  return "[" + all + "]";
}

std::string RequestBody(const Binding& binding, SchemaBook& book) {
  if (!binding.TakesBody()) return "";
  const std::string schema =
      binding.body_field != nullptr
          ? book.Ref(*binding.body_field->message_type())
          : book.OfObject(*binding.method->descriptor->input_type(),
                          [&](const Binding::Field& field) { return !binding.IsInPath(field); });
  return fmt::format(R"("requestBody":{{"content":{{"application/json":{{"schema":{}}}}}}},)",
                     schema);
}

// What a method that returns `answer` is answered with: media type and schema.
std::string Content(const Binding& binding, const google::protobuf::Descriptor& answer,
                    SchemaBook& book) {
  if (&answer == furnace::v1::Document::descriptor()) {
    return R"("*/*":{"schema":{"type":"string","format":"binary"}})";
  }
  const bool streams = binding.method->descriptor->server_streaming();
  return fmt::format(R"("{}":{{"schema":{}}})",
                     streams ? "application/x-ndjson" : "application/json", book.Ref(answer));
}

std::string Operation(const Binding& binding, std::size_t index, SchemaBook& book) {
  const auto& method = *binding.method->descriptor;
  const auto& answer = binding.response_field != nullptr ? *binding.response_field->message_type()
                                                         : *method.output_type();
  std::string id = method.service()->name() + "_" + method.name();
  if (index > 0) id += fmt::format("_{}", index);
  return fmt::format(
      R"({{"operationId":{},"tags":[{}],"x-required-role":{},"parameters":{},{}"responses":{{)"
      R"("200":{{"description":"OK","content":{{{}}}}},)"
      R"("default":{{"$ref":"#/components/responses/Error"}}}}}})",
      json::Quote(id), json::Quote(method.service()->name()),
      json::Quote(ToString(binding.method->needed)), Parameters(binding, book),
      RequestBody(binding, book), Content(binding, answer, book));
}

}  // namespace

std::string OpenApi(const std::vector<Binding>& bindings) {
  SchemaBook book;
  std::map<std::string, std::string> paths = {{"/health", std::string(kHealth)},
                                              {"/v1/jobs/{job_id}/stream", std::string(kStream)}};
  std::map<const wire::Method*, std::size_t> seen;
  for (const Binding& binding : bindings) {
    const std::string operation = fmt::format(R"("{}":{})", Lower(binding.verb),
                                              Operation(binding, seen[binding.method]++, book));
    std::string& place = paths[binding.path];
    // A path's operations are one object, closed again after each.
    if (!place.empty()) place.pop_back();
    place += place.empty() ? '{' : ',';
    place += operation;
    place += '}';
  }
  std::string all_paths;
  for (const auto& [path, operations] : paths) {
    all_paths +=
        fmt::format("{}{}:{}", all_paths.empty() ? "" : ",", json::Quote(path), operations);
  }
  return fmt::format(
      R"({{"openapi":"3.0.3","info":{{"title":"Furnace","version":"v1"}},"servers":[{{"url":"/"}}],)"
      R"("security":[{{"bearer":[]}},{{"api_key":[]}}],"paths":{{{}}},"components":{}}})",
      all_paths, fmt::format(fmt::runtime(kComponents), book.All()));
}

}  // namespace furnace::gateway::http
