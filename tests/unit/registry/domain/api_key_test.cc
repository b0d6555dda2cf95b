#include "services/registry/domain/api_key.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>

namespace furnace::registry {
namespace {

TEST(MakeSecretTest, IsFkAndFortyEightLettersAndDigits) {
  SecretEntropy entropy;
  for (std::size_t i = 0; i < entropy.size(); ++i) entropy[i] = i * 0x9e3779b97f4a7c15;
  const std::string secret = MakeSecret(entropy);
  EXPECT_EQ(secret.size(), 51u);
  EXPECT_TRUE(secret.starts_with("fk_"));
  EXPECT_TRUE(std::all_of(secret.begin() + 3, secret.end(),
                          [](unsigned char c) { return std::isalnum(c) != 0; }));
}

TEST(MakeSecretTest, MapsEachDrawToItsCharacter) {
  SecretEntropy entropy{};
  entropy[0] = 61;
  entropy[1] = 62;
  entropy[2] = 10;
  EXPECT_EQ(MakeSecret(entropy), "fk_z0A" + std::string(45, '0'));
}

TEST(PrefixOfTest, ShowsTenCharactersOfAnIssuedSecret) {
  EXPECT_EQ(PrefixOf(MakeSecret({})), "fk_0000000");
}

TEST(PrefixOfTest, ShowsAtMostAQuarterOfAShortSecret) {
  EXPECT_EQ(PrefixOf("0123456789abcdef"), "0123");
  EXPECT_EQ(PrefixOf("abc"), "");
}

TEST(ValidateKeyNameTest, CountsCharactersAndNotBytes) {
  std::string umlauts;
  for (int i = 0; i < 100; ++i) umlauts += "\xc3\xa4";
  EXPECT_TRUE(ValidateKeyName(umlauts).ok());
  EXPECT_TRUE(ValidateKeyName("").ok());
  const absl::Status status = ValidateKeyName(umlauts + "x");
  EXPECT_TRUE(absl::IsInvalidArgument(status));
  EXPECT_EQ(status.message(), "name: longer than 100 characters");
}

TEST(ValidateKeyNameTest, RefusesControlCharacters) {
  EXPECT_EQ(ValidateKeyName(std::string_view("a\0b", 3)).message(),
            "name: holds a control character");
}

TEST(ValidateOperatorSecretTest, TakesSixteenToTwoHundredPrintables) {
  EXPECT_TRUE(ValidateOperatorSecret(std::string(16, '!')).ok());
  EXPECT_TRUE(ValidateOperatorSecret(std::string(200, '~')).ok());
  EXPECT_FALSE(ValidateOperatorSecret(std::string(15, 'x')).ok());
  EXPECT_FALSE(ValidateOperatorSecret(std::string(201, 'x')).ok());
  EXPECT_FALSE(ValidateOperatorSecret(std::string(15, 'x') + " ").ok());
  EXPECT_FALSE(ValidateOperatorSecret(std::string(15, 'x') + "\n").ok());
  EXPECT_FALSE(ValidateOperatorSecret(std::string(15, 'x') + "\xc3\xa4").ok());
}

TEST(ValidateOperatorSecretTest, NeverQuotesTheSecret) {
  const absl::Status status = ValidateOperatorSecret("hunter2");
  EXPECT_EQ(std::string(status.message()).find("hunter2"), std::string::npos);
}

}  // namespace
}  // namespace furnace::registry
