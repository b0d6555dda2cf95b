#include "services/gateway/http/transcode/binding.h"

#include <gmock/gmock.h>
#include <google/protobuf/descriptor.pb.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "google/api/annotations.pb.h"

namespace furnace::gateway::http {
namespace {

using ::testing::HasSubstr;

const wire::Method& MethodAt(const std::string& path) {
  const auto& methods = wire::PublicMethods();
  return *std::find_if(methods.begin(), methods.end(),
                       [&](const wire::Method& method) { return method.path == path; });
}

// The names of fields, joined.
std::string Names(const std::vector<const Binding::Field*>& fields) {
  std::string names;
  for (const auto* field : fields) names += (names.empty() ? "" : ",") + field->name();
  return names;
}

TEST(BindingsOfTest, ReadsTheRule) {
  const auto bindings = BindingsOf(MethodAt("/furnace.v1.EndpointService/UpdateEndpoint"));
  ASSERT_TRUE(bindings.ok());
  const Binding& binding = bindings->front();
  EXPECT_EQ(binding.verb, "PUT");
  EXPECT_EQ(binding.path, "/v1/endpoints/{endpoint_id}");
  EXPECT_EQ(Names(binding.path_fields), "endpoint_id");
  EXPECT_EQ(binding.body_field->name(), "spec");
  EXPECT_EQ(binding.response_field->name(), "endpoint");
  EXPECT_EQ(Names(binding.QueryFields()), "");
}

TEST(BindingsOfTest, WhatIsInNeitherPathNorBodyIsInTheQuery) {
  EXPECT_EQ(Names(BindingsOf(MethodAt("/furnace.v1.JobService/Get"))->front().QueryFields()),
            "include_input,output_url");
  EXPECT_EQ(
      Names(BindingsOf(MethodAt("/furnace.v1.MeteringService/GetUsage"))->front().QueryFields()),
      "start_time,end_time,endpoint_id,group_by,job_id");
  EXPECT_EQ(Names(BindingsOf(MethodAt("/furnace.v1.JobService/Submit"))->front().QueryFields()),
            "");
}

TEST(BindingsOfTest, EveryPublicMethodHasOne) {
  for (const wire::Method& method : wire::PublicMethods()) {
    const auto bindings = BindingsOf(method);
    ASSERT_TRUE(bindings.ok()) << bindings.status().ToString();
    EXPECT_FALSE(bindings->empty()) << method.path;
  }
}

// A method with the rule given, whose messages have a text field "id", a number
// "count", and the messages "inner" and "many".
class RuleTest : public ::testing::Test {
 protected:
  absl::StatusOr<std::vector<Binding>> Bind(const google::api::HttpRule& rule) {
    google::protobuf::FileDescriptorProto file;
    file.set_name("test.proto");
    file.set_syntax("proto3");
    auto* message = file.add_message_type();
    message->set_name("M");
    using Field = google::protobuf::FieldDescriptorProto;
    const auto add = [&](const char* name, Field::Type type, bool repeated) {
      auto* field = message->add_field();
      field->set_name(name);
      field->set_number(message->field_size());
      field->set_type(type);
      if (type == Field::TYPE_MESSAGE) field->set_type_name(".M");
      field->set_label(repeated ? Field::LABEL_REPEATED : Field::LABEL_OPTIONAL);
    };
    add("id", Field::TYPE_STRING, false);
    add("count", Field::TYPE_INT32, false);
    add("inner", Field::TYPE_MESSAGE, false);
    add("many", Field::TYPE_MESSAGE, true);
    auto* service = file.add_service();
    service->set_name("S");
    auto* method = service->add_method();
    method->set_name("Do");
    method->set_input_type(".M");
    method->set_output_type(".M");
    *method->mutable_options()->MutableExtension(google::api::http) = rule;
    method_.descriptor = pool_.BuildFile(file)->service(0)->method(0);
    return BindingsOf(method_);
  }

  google::protobuf::DescriptorPool pool_;
  wire::Method method_{nullptr, "/S/Do", Role::kViewer, Pace::kPrompt};
};

TEST_F(RuleTest, AdditionalBindingsCount) {
  google::api::HttpRule rule;
  rule.set_get("/a/{id}");
  rule.add_additional_bindings()->set_patch("/b/{count}");
  const auto bindings = Bind(rule);
  ASSERT_TRUE(bindings.ok());
  ASSERT_EQ(bindings->size(), 2U);
  EXPECT_EQ((*bindings)[1].verb, "PATCH");
  EXPECT_EQ(Names((*bindings)[1].path_fields), "count");
}

TEST_F(RuleTest, AFieldThatIsNotThereIsNamed) {
  google::api::HttpRule rule;
  rule.set_get("/a/{no}");
  EXPECT_THAT(std::string(Bind(rule).status().message()), HasSubstr("/S/Do: M has no field no"));
}

TEST_F(RuleTest, AMessageCannotBeInThePath) {
  google::api::HttpRule rule;
  rule.set_get("/a/{inner}");
  EXPECT_THAT(std::string(Bind(rule).status().message()), HasSubstr("inner cannot be in a path"));
}

TEST_F(RuleTest, TextCannotBeTheBody) {
  google::api::HttpRule rule;
  rule.set_post("/a");
  rule.set_body("id");
  EXPECT_THAT(std::string(Bind(rule).status().message()), HasSubstr("id cannot be the body"));
}

TEST_F(RuleTest, AnArrayCannotBeTheBody) {
  google::api::HttpRule rule;
  rule.set_post("/a");
  rule.set_body("many");
  EXPECT_FALSE(Bind(rule).ok());
}

TEST_F(RuleTest, TextCannotBeTheAnswer) {
  google::api::HttpRule rule;
  rule.set_get("/a");
  rule.set_response_body("id");
  EXPECT_FALSE(Bind(rule).ok());
}

TEST_F(RuleTest, ARuleNeedsAVerb) { EXPECT_FALSE(Bind(google::api::HttpRule()).ok()); }

}  // namespace
}  // namespace furnace::gateway::http
