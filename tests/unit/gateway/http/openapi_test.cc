#include "services/gateway/http/transcode/openapi.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "libs/common/json/json.h"

namespace furnace::gateway::http {
namespace {

using ::testing::HasSubstr;

std::vector<Binding> AllBindings() {
  std::vector<Binding> all;
  for (const wire::Method& method : wire::PublicMethods()) {
    const auto bindings = BindingsOf(method);
    EXPECT_TRUE(bindings.ok());
    all.insert(all.end(), bindings->begin(), bindings->end());
  }
  return all;
}

std::string Document() { return OpenApi(AllBindings()); }

// The raw value of a member, by a path of names.
std::string At(std::string_view document, const std::vector<std::string>& path) {
  for (const std::string& name : path) {
    const auto members = json::Members(document);
    if (!members.ok()) return "";
    std::string_view found;
    for (const json::Member& member : *members) {
      if (member.key == name) found = member.value;
    }
    document = found;
  }
  return std::string(document);
}

std::set<std::string> KeysOf(std::string_view object) {
  std::set<std::string> keys;
  const auto members = json::Members(object);
  EXPECT_TRUE(members.ok());
  for (const json::Member& member : *members) {
    EXPECT_TRUE(keys.insert(member.key).second) << member.key << " twice";
  }
  return keys;
}

TEST(OpenApiTest, IsJsonOfTheVersionItClaims) {
  const std::string document = Document();
  ASSERT_TRUE(json::Validate(document).ok());
  EXPECT_EQ(At(document, {"openapi"}), "\"3.0.3\"");
  EXPECT_EQ(At(document, {"info", "title"}), "\"Furnace\"");
}

TEST(OpenApiTest, ADocumentIsAFile) {
  const std::vector<std::string> path = {
      "paths", "/v1/invoices/{invoice_id}/document", "get", "responses", "200", "content", "*/*"};
  EXPECT_EQ(At(Document(), path), R"({"schema":{"type":"string","format":"binary"}})");
}

TEST(OpenApiTest, EveryRouteIsThere) {
  const std::string document = Document();
  for (const Binding& binding : AllBindings()) {
    std::string verb = binding.verb;
    for (char& c : verb) c = static_cast<char>(c - 'A' + 'a');
    EXPECT_NE(At(document, {"paths", binding.path, verb, "responses", "200"}), "")
        << binding.verb << " " << binding.path;
  }
  KeysOf(At(document, {"paths"}));
}

TEST(OpenApiTest, EveryReferenceLeadsSomewhere) {
  const std::string document = Document();
  const std::set<std::string> schemas = KeysOf(At(document, {"components", "schemas"}));
  const std::string reference = "#/components/schemas/";
  std::size_t found = 0;
  for (auto at = document.find(reference); at != std::string::npos;
       at = document.find(reference, at + 1)) {
    const auto begin = at + reference.size();
    const std::string name = document.substr(begin, document.find('"', begin) - begin);
    EXPECT_EQ(schemas.count(name), 1U) << name;
    ++found;
  }
  EXPECT_GT(found, 10U);
  EXPECT_NE(At(document, {"components", "responses", "Error"}), "");
}

TEST(OpenApiTest, PathFieldsAreParametersAndNotInTheBody) {
  const std::string document = Document();
  const std::vector<std::string> run = {"paths", "/v1/endpoints/{endpoint_id}/run", "post"};
  auto at = [&](std::vector<std::string> more) {
    more.insert(more.begin(), run.begin(), run.end());
    return At(document, more);
  };
  EXPECT_THAT(at({"parameters"}),
              HasSubstr(R"({"name":"endpoint_id","in":"path","required":true)"));
  EXPECT_EQ(KeysOf(at({"requestBody", "content", "application/json", "schema", "properties"})),
            (std::set<std::string>{"input", "options", "priority"}));
  EXPECT_EQ(at({"responses", "200", "content", "application/json", "schema"}),
            R"({"$ref":"#/components/schemas/Job"})");
  EXPECT_EQ(at({"x-required-role"}), "\"RUNNER\"");
}

TEST(OpenApiTest, TypesAreThoseOfRest) {
  const std::string document = Document();
  const auto field = [&](const std::string& type, const std::string& name) {
    return At(document, {"components", "schemas", type, "properties", name});
  };
  EXPECT_EQ(field("Job", "version"), R"({"type":"integer","format":"int64"})");
  EXPECT_EQ(field("Job", "queued_at"), R"({"type":"string","format":"date-time"})");
  EXPECT_EQ(field("Job", "output"), R"({"description":"Any JSON value."})");
  EXPECT_THAT(field("Job", "status"), HasSubstr(R"("enum":["WAITING","DELAYED","IN_QUEUE")"));
  EXPECT_EQ(field("EndpointSpec", "env"),
            R"({"type":"object","additionalProperties":{"type":"string"}})");
  EXPECT_EQ(field("EndpointSpec", "gpu_types"), R"({"type":"array","items":{"type":"string"}})");
}

}  // namespace
}  // namespace furnace::gateway::http
