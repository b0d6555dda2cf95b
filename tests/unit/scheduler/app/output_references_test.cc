#include "services/scheduler/app/output_references.h"

#include "tests/support/scheduler/queue_fixture.h"

namespace furnace::scheduler {
namespace {

struct Case {
  const char* input;
  std::vector<std::pair<std::string, std::string>> references;  // Source, pointer.
};

const Case kCases[] = {
    {R"(1)", {}},
    {R"("$output")", {}},
    {R"({"$output":"a"})", {{"a", ""}}},
    {R"( { "pointer" : "/x/0" , "$output" : "a" } )", {{"a", "/x/0"}}},
    {R"({"x":[{"$output":"a"},{"$output":"b","pointer":"/y"}],"z":2})", {{"a", ""}, {"b", "/y"}}},
    {R"({"$output":"a","more":1})", {}},
    {R"({"$output":"a","$output":"b"})", {}},
    {R"({"$output":7})", {}},
    {R"({"$output":{"$output":"a"}})", {{"a", ""}}},
    {R"({"pointer":"/x"})", {}},
    {R"({"text":"{\"$output\":\"a\"}","q":"\\","$output":"a"})", {}},
    {R"(["\"$output\"",{"$output":"A"}])", {{"A", ""}}},
    {R"({"$output":"a","pointer":"/a~1b/~0/\"\u00e9"})", {{"a", "/a~1b/~0/\"\xc3\xa9"}}},
};

TEST(OutputReferencesTest, OnlyAnObjectOfTheirShapeIsAReference) {
  for (const Case& c : kCases) {
    SCOPED_TRACE(c.input);
    const auto found = FindReferences(c.input);
    ASSERT_TRUE(found.ok()) << found.status();
    std::vector<std::pair<std::string, std::string>> references;
    for (const OutputReference& one : *found) {
      references.emplace_back(one.source, one.pointer);
      EXPECT_EQ(c.input[one.begin], '{');
      EXPECT_EQ(c.input[one.end - 1], '}');
    }
    EXPECT_EQ(references, c.references);
  }
}

TEST(OutputReferencesTest, ABadPointerIsRefused) {
  for (const char* pointer : {"x", "/~", "/~2", "/a/~x"}) {
    const auto found =
        FindReferences(std::string(R"({"$output":"a","pointer":")") + pointer + "\"}");
    EXPECT_TRUE(absl::IsInvalidArgument(found.status())) << pointer;
  }
  const std::string long_one = "/" + std::string(1024, 'x');
  EXPECT_TRUE(absl::IsInvalidArgument(
      FindReferences(R"({"$output":"a","pointer":")" + long_one + "\"}").status()));
}

TEST(OutputReferencesTest, TooManyAreRefused) {
  std::string input = "[0";
  for (std::size_t i = 0; i < kMaxReferences; ++i) input += R"(,{"$output":"a"})";
  EXPECT_EQ(FindReferences(input + "]")->size(), kMaxReferences);
  EXPECT_TRUE(absl::IsInvalidArgument(FindReferences(input + R"(,{"$output":"a"}])").status()));
}

TEST(OutputReferencesTest, ASourceThatIsNotAllowedIsNamed) {
  const auto references = *FindReferences(R"([{"$output":"a"},{"$output":"b"}])");
  EXPECT_TRUE(CheckSources(references, {"b", "a"}).ok());
  EXPECT_EQ(CheckSources(references, {"a"}).message(),
            "input: it refers to the output of \"b\", which is not in depends_on");
}

TEST(OutputReferencesTest, AReferenceIsReplacedWhereItStands) {
  const std::string input = R"({"x": {"$output":"a"} ,"y":[{"$output":"b"}]})";
  EXPECT_EQ(Replace(input, *FindReferences(input), {"1", "[2]"}), R"({"x": 1 ,"y":[[2]]})");
}

class InsertOutputsTest : public QueueFixture {
 protected:
  absl::StatusOr<std::string> Insert(const std::string& id, const std::string& pointer) {
    return InsertOutputs(R"({"in":{"$output":")" + id + R"(","pointer":")" + pointer + "\"}}",
                         endpoint_.project_id, reader_);
  }

  JobReader reader_{queue_, history_, payloads_};
};

TEST_F(InsertOutputsTest, APartOfAnOutputIsInserted) {
  const std::string id = Complete(Success(R"({"a":[10,{"b/c":"é"}],"n":null})"));
  EXPECT_EQ(Insert(id, "/a/0").value(), R"({"in":10})");
  EXPECT_EQ(Insert(id, "/a/1/b~1c").value(), R"({"in":"é"})");
  EXPECT_EQ(Insert(id, "/a").value(), R"({"in":[10,{"b/c":"é"}]})");
  EXPECT_EQ(Insert(id, "").value(), R"({"in":{"a":[10,{"b/c":"é"}],"n":null}})");
}

TEST_F(InsertOutputsTest, WhatIsNotThereIsNull) {
  const std::string id = Complete(Success(R"({"a":[10]})"));
  for (const char* pointer : {"/b", "/a/1", "/a/-", "/a/00", "/a/0/x", "/", "/a/x"}) {
    EXPECT_EQ(Insert(id, pointer).value(), R"({"in":null})") << pointer;
  }
  EXPECT_EQ(Insert(Complete(Failure(FailureCause::kTimeout)), "").value(), R"({"in":null})");
  EXPECT_EQ(Insert(Submit(), "").value(), R"({"in":null})");
  EXPECT_EQ(Insert(NewId(), "").value(), R"({"in":null})");
}

TEST_F(InsertOutputsTest, AnInputThatGrowsTooLargeIsRefused) {
  const std::string id = Complete(Success("\"" + std::string(kMaxAssembledBytes, 'x') + "\""));
  EXPECT_TRUE(absl::IsOutOfRange(Insert(id, "").status()));
}

TEST_F(InsertOutputsTest, ErrorsOfTheStoresArePassedOn) {
  const std::string id = Complete(Success());
  queue_.FailNext(QueueCall::kFind, absl::UnavailableError("down"));
  EXPECT_TRUE(absl::IsUnavailable(Insert(id, "").status()));
}

}  // namespace
}  // namespace furnace::scheduler
