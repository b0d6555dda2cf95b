#include "libs/common/json/json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace furnace::json {
namespace {

using testing::ElementsAre;
using testing::StartsWith;

std::string Nested(std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

class ValidTest : public testing::TestWithParam<std::string> {};

TEST_P(ValidTest, IsAccepted) {
  const absl::Status status = Validate(GetParam());
  EXPECT_TRUE(status.ok()) << GetParam() << ": " << status;
}

INSTANTIATE_TEST_SUITE_P(Json, ValidTest,
                         testing::Values("null", "true", "false", "0", "-0", "1.5e-3", "\"\"", "[]",
                                         "{}", " [ 1 , 2 ] ", "\t\r\n{\"a\":\n1}\n",
                                         "{\"a\":1,\"a\":2}", "[[],{},\"x\",null]",
                                         "\"\\u00e4\\ud83d\\udd25\\\"\\\\\\/\\b\\f\\n\\r\\t\"",
                                         "\"\xc3\xa4\xf0\x9f\x94\xa5\"", "\"\\u0000\"", "\"\x7f\"",
                                         // Numbers are text to us: of any size and precision.
                                         "18446744073709551616", "-9223372036854775809",
                                         "123456789012345678901234567890",
                                         "3.141592653589793238462643383279502884197", "1e400",
                                         "-1E+400", "[1e-999]", Nested(kMaxDepth),
                                         "\"" + std::string(100'000, 'x') + "\""));

class InvalidTest : public testing::TestWithParam<std::string> {};

TEST_P(InvalidTest, IsRefused) {
  const absl::Status status = Validate(GetParam());
  EXPECT_TRUE(absl::IsInvalidArgument(status)) << GetParam();
  EXPECT_THAT(std::string(status.message()), StartsWith("not valid JSON: "));
}

INSTANTIATE_TEST_SUITE_P(
    Json, InvalidTest,
    testing::Values("", " ", "nul", "nullx", "True", "tru", "+1", "01", "1.", ".5", "1e", "1e+",
                    "-", "--1", "0x10", "NaN", "Infinity", "'a'", "\"", "\"a", "a", "[", "]", "[1",
                    "[1,", "[1,]", "[,1]", "[1 2]", "{", "}", "{\"a\"", "{\"a\":", "{\"a\":1",
                    "{\"a\":1,}", "{\"a\" 1}", "{a:1}", "{1:1}", "{\"a\":1 \"b\":2}", "[}", "{]",
                    "1 2", "{} {}", "[] x", "\"a\nb\"", "\"a\tb\"", "\"\\x\"", "\"\\u12\"",
                    "\"\\u12g4\"",
                    // Half of a surrogate pair is no character.
                    "\"\\ud800\"", "\"\\udc00\"", "\"\\ud800\\u0041\"", "\"\\ud800x\"",
                    // Not UTF-8: a lone continuation, a cut sequence, an overlong one, a surrogate,
                    // beyond Unicode.
                    "\"\x80\"", "\"\xc3\"", "\"\xc0\xaf\"", "\"\xed\xa0\x80\"",
                    "\"\xf4\x90\x80\x80\"", "\xef\xbb\xbf{}", "/* c */ 1", "1 // c",
                    Nested(kMaxDepth + 1), std::string("1\0", 2), std::string("\"\0\"", 3),
                    std::string(1'000'000, '[')));

TEST(KindOfTest, LooksPastLeadingSpace) {
  EXPECT_EQ(KindOf("null"), Kind::kNull);
  EXPECT_EQ(KindOf("true"), Kind::kBool);
  EXPECT_EQ(KindOf("false"), Kind::kBool);
  EXPECT_EQ(KindOf("-1"), Kind::kNumber);
  EXPECT_EQ(KindOf("7"), Kind::kNumber);
  EXPECT_EQ(KindOf("\"x\""), Kind::kString);
  EXPECT_EQ(KindOf("[]"), Kind::kArray);
  EXPECT_EQ(KindOf("{}"), Kind::kObject);
  EXPECT_EQ(KindOf(" \t\r\n{}"), Kind::kObject);
  EXPECT_EQ(KindOf("\n\"x\" "), Kind::kString);
}

TEST(MembersTest, ValuesAreSlicesOfTheSourceByteForByte) {
  const std::string text =
      R"( { "a" : 1.50 , "b":[1, 2 ,{"x": null}],"c" : { "d":"\u00e4" } , "e":" s " ,"f":true} )";
  const auto members = Members(text);
  ASSERT_TRUE(members.ok()) << members.status();
  std::vector<std::pair<std::string, std::string>> seen;
  for (const Member& member : *members) {
    EXPECT_GE(member.value.data(), text.data());
    EXPECT_LE(member.value.data() + member.value.size(), text.data() + text.size());
    seen.emplace_back(member.key, member.value);
  }
  EXPECT_THAT(seen,
              ElementsAre(testing::Pair("a", "1.50"), testing::Pair("b", R"([1, 2 ,{"x": null}])"),
                          testing::Pair("c", R"({ "d":"\u00e4" })"), testing::Pair("e", "\" s \""),
                          testing::Pair("f", "true")));
}

TEST(MembersTest, KeysAreUnescapedAndRepeatsKeptInOrder) {
  const auto members = Members(R"({"\u00e4\n":1,"a":2,"a":3,"":4,"A":5,"\u0000":6})");
  ASSERT_TRUE(members.ok()) << members.status();
  std::vector<std::string> keys;
  for (const Member& member : *members) keys.push_back(member.key);
  EXPECT_THAT(keys, ElementsAre("\xc3\xa4\n", "a", "a", "", "A", std::string(1, '\0')));
  EXPECT_EQ(members->at(1).value, "2");
  EXPECT_EQ(members->at(2).value, "3");
}

TEST(MembersTest, NumbersAreNotTouched) {
  const auto members = Members(
      R"({"a":123456789012345678901234567890,"b":1e400,"c":-0,"d":1.0,"e":0.1000000000000000000001})");
  ASSERT_TRUE(members.ok()) << members.status();
  std::vector<std::string> values;
  for (const Member& member : *members) values.emplace_back(member.value);
  EXPECT_THAT(values, ElementsAre("123456789012345678901234567890", "1e400", "-0", "1.0",
                                  "0.1000000000000000000001"));
}

TEST(MembersTest, WorksOnItsOwnSlices) {
  const std::string text = R"({"a":{"b":{"c":[1,[2]]}},"z":0})";
  const auto outer = Members(text);
  const auto middle = Members(outer->at(0).value);
  const auto inner = Members(middle->at(0).value);
  EXPECT_EQ(inner->at(0).value, "[1,[2]]");
  EXPECT_EQ(Elements(inner->at(0).value)->at(1), "[2]");
}

TEST(MembersTest, TakesTheDeepestThatValidateAccepts) {
  std::string text = "{\"a\":" + Nested(kMaxDepth - 1) + "}";
  ASSERT_TRUE(Validate(text).ok());
  EXPECT_EQ(Members(text)->at(0).value, Nested(kMaxDepth - 1));
}

TEST(MembersTest, AnEmptyObjectHasNone) {
  EXPECT_THAT(*Members("{}"), testing::IsEmpty());
  EXPECT_THAT(*Members(" { } "), testing::IsEmpty());
}

TEST(MembersTest, OtherKindsAreRefused) {
  for (const char* text : {"null", "1", "\"{}\"", "[]", "true"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(Members(text).status())) << text;
  }
}

TEST(ElementsTest, AreSlicesInOrder) {
  const std::string text = R"( [ 1 ,"a, b" ,[ ], {"x":[1]} , null,-1e400 ] )";
  EXPECT_THAT(*Elements(text),
              ElementsAre("1", "\"a, b\"", "[ ]", R"({"x":[1]})", "null", "-1e400"));
  EXPECT_THAT(*Elements("[]"), testing::IsEmpty());
}

TEST(ElementsTest, OtherKindsAreRefused) {
  for (const char* text : {"null", "1", "\"[]\"", "{}", "true"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(Elements(text).status())) << text;
  }
}

TEST(AsStringTest, Unescapes) {
  EXPECT_EQ(*AsString(R"("a\"b\\c\/\u00e4\ud83d\udd25\n")"), "a\"b\\c/\xc3\xa4\xf0\x9f\x94\xa5\n");
  EXPECT_EQ(*AsString(R"("\u0000x")"), std::string("\0x", 2));
  EXPECT_EQ(*AsString(" \"\" "), "");
  for (const char* text : {"null", "1", "[\"a\"]", "{}"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(AsString(text).status())) << text;
  }
}

TEST(AsInt64Test, TakesWholeNumbersThatFit) {
  EXPECT_EQ(*AsInt64("0"), 0);
  EXPECT_EQ(*AsInt64(" -7\n"), -7);
  EXPECT_EQ(*AsInt64("9223372036854775807"), INT64_MAX);
  EXPECT_EQ(*AsInt64("-9223372036854775808"), INT64_MIN);
  for (const char* text : {"9223372036854775808", "1.0", "1e3", "\"1\"", "null", "true", "[]"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(AsInt64(text).status())) << text;
  }
}

TEST(AsDoubleTest, TakesNumbers) {
  EXPECT_EQ(*AsDouble("1.5"), 1.5);
  EXPECT_EQ(*AsDouble(" -2e3 "), -2000);
  for (const char* text : {"\"1\"", "null", "[]", "1e400", "true"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(AsDouble(text).status())) << text;
  }
}

TEST(AsBoolTest, TakesTrueAndFalse) {
  EXPECT_TRUE(*AsBool("true"));
  EXPECT_FALSE(*AsBool(" false "));
  for (const char* text : {"\"true\"", "1", "null"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(AsBool(text).status())) << text;
  }
}

TEST(ErrorsTest, QuoteLittleOfAValueAndStayUtf8) {
  const absl::Status status = AsInt64("\"" + std::string(1000, 'x') + "\"").status();
  EXPECT_LT(status.message().size(), 100u);
}

TEST(QuoteTest, EscapesQuotesBackslashesAndControlCharacters) {
  EXPECT_EQ(Quote("a"), "\"a\"");
  EXPECT_EQ(Quote(""), "\"\"");
  EXPECT_EQ(Quote("\"\\/"), R"("\"\\/")");
  for (int c = 0; c < 0x20; ++c) {
    const std::string text(1, static_cast<char>(c));
    const std::string quoted = Quote(text);
    EXPECT_TRUE(Validate(quoted).ok()) << c;
    EXPECT_EQ(*AsString(quoted), text) << c;
  }
}

TEST(AtTest, FollowsAPointer) {
  constexpr std::string_view kText =
      R"( {"a": [ 10, {"b/c": "x", "~": null} ], "": 1, "\u00e9": 2} )";
  const struct {
    const char* pointer;
    const char* part;
  } cases[] = {
      {"", kText.data()},
      {"/a/0", "10"},
      {"/a/1/b~1c", "\"x\""},
      {"/a/1/~0", "null"},
      {"/a", R"([ 10, {"b/c": "x", "~": null} ])"},
      {"/", "1"},
      {"/\xc3\xa9", "2"},
  };
  for (const auto& c : cases) {
    const auto part = At(kText, c.pointer);
    ASSERT_TRUE(part.ok()) << c.pointer << part.status();
    EXPECT_EQ(*part, c.part) << c.pointer;
  }
}

TEST(AtTest, SaysWhatIsNotThereAndWhatIsNoPointer) {
  for (const char* pointer :
       {"/b", "/a/1", "/a/01", "/a/-1", "/a/-", "/a/0/x", "/a/18446744073709551616"}) {
    EXPECT_TRUE(absl::IsNotFound(At(R"({"a":[1]})", pointer).status())) << pointer;
  }
  EXPECT_TRUE(absl::IsNotFound(At("7", "/a").status()));
  EXPECT_EQ(At("7", "").value(), "7");
  for (const char* pointer : {"a", "/~", "/~2"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(At("7", pointer).status())) << pointer;
  }
}

TEST(QuoteTest, KeepsUtf8AsItIs) {
  const std::string text = "\xc3\xa4\xe2\x82\xac\xf0\x9f\x94\xa5\x7f";
  EXPECT_EQ(Quote(text), "\"" + text + "\"");
}

TEST(QuoteTest, ReplacesOnlyTheBytesThatAreNoUtf8) {
  const std::string fffd = "\xef\xbf\xbd";
  EXPECT_EQ(Quote("\xc3\xa4\xff!"), "\"\xc3\xa4" + fffd + "!\"");
  EXPECT_EQ(Quote("\x80"), "\"" + fffd + "\"");
  EXPECT_EQ(Quote("a\xc3"), "\"a" + fffd + "\"");
  EXPECT_EQ(Quote("\xc3\x28"), "\"" + fffd + "(\"");
  EXPECT_EQ(Quote("\xf0\x9f\x94"), "\"" + fffd + fffd + fffd + "\"");
  EXPECT_EQ(Quote("\xc0\xaf"), "\"" + fffd + fffd + "\"");
  EXPECT_EQ(Quote("\xed\xa0\x80"), "\"" + fffd + fffd + fffd + "\"");
  EXPECT_EQ(Quote("\xf4\x90\x80\x80"), "\"" + fffd + fffd + fffd + fffd + "\"");
}

TEST(QuoteTest, AnyBytesGiveValidJson) {
  std::string all;
  for (int c = 0; c < 256; ++c) all.push_back(static_cast<char>(c));
  for (std::size_t from = 0; from < all.size(); ++from) {
    EXPECT_TRUE(Validate(Quote(all.substr(from) + all)).ok()) << from;
  }
}

}  // namespace
}  // namespace furnace::json
