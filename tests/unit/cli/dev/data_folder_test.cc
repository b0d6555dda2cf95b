#include "cli/dev/data_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <set>

#include "libs/common/base/status.h"
#include "tests/unit/cli/temporary_folder.h"

namespace furnace::dev {
namespace {

namespace fs = std::filesystem;

class DataFolderTest : public testing::Test {
 protected:
  const cli::TemporaryFolder temporary_;
  const fs::path folder_ = temporary_.path() / "data";
};

TEST_F(DataFolderTest, ASecondTakerIsToldWhoHoldsIt) {
  const auto first = DataFolder::Take(folder_);
  ASSERT_TRUE(first.ok()) << first.status();
  const auto second = DataFolder::Take(folder_);
  EXPECT_TRUE(absl::IsAlreadyExists(second.status()));
  EXPECT_THAT(second.status().ToString(), testing::HasSubstr(std::to_string(getpid())));
}

TEST_F(DataFolderTest, ItIsFreeAgainAfterwards) {
  { const auto first = DataFolder::Take(folder_); }
  EXPECT_TRUE(DataFolder::Take(folder_).ok());
}

TEST_F(DataFolderTest, SecretsStayTheSame) {
  const auto folder = DataFolder::Take(folder_);
  const auto first = folder->LoadSecrets();
  const auto second = folder->LoadSecrets();
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_EQ(first->api_key, second->api_key);
  EXPECT_EQ(first->internal_token, second->internal_token);
  EXPECT_TRUE(first->api_key.starts_with("fk_"));
  EXPECT_EQ(first->api_key.size(), 51U);
}

TEST_F(DataFolderTest, ASecretCutShortIsMadeAnew) {
  const auto folder = DataFolder::Take(folder_);
  std::ofstream(folder_ / "api-key") << "fk_half";
  EXPECT_EQ(folder->LoadSecrets()->api_key.size(), 51U);
}

TEST_F(DataFolderTest, OnlyTheOwnerMayLookIn) {
  const auto folder = DataFolder::Take(folder_);
  ASSERT_TRUE(folder->LoadSecrets().ok());
  EXPECT_EQ(fs::status(folder_).permissions(), fs::perms::owner_all);
  EXPECT_EQ(fs::status(folder_ / "api-key").permissions(),
            fs::perms::owner_read | fs::perms::owner_write);
}

TEST_F(DataFolderTest, AFolderThatWasThereKeepsItsRights) {
  fs::create_directories(folder_);
  fs::permissions(folder_, fs::perms::owner_all | fs::perms::others_read);
  ASSERT_TRUE(DataFolder::Take(folder_).ok());
  EXPECT_EQ(fs::status(folder_).permissions(), fs::perms::owner_all | fs::perms::others_read);
}

TEST(RandomWordTest, WordsDifferAndHoldOnlyLettersAndDigits) {
  std::set<std::string> words;
  for (int i = 0; i < 100; ++i) {
    const std::string word = RandomWord(48);
    EXPECT_EQ(word.size(), 48U);
    EXPECT_EQ(
        word.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"),
        std::string::npos);
    words.insert(word);
  }
  EXPECT_EQ(words.size(), 100U);
}

}  // namespace
}  // namespace furnace::dev
