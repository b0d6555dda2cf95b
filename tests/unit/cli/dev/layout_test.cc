#include "cli/dev/layout.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "libs/common/base/status.h"
#include "tests/unit/cli/temporary_folder.h"

namespace furnace::dev {
namespace {

namespace fs = std::filesystem;

class LayoutTest : public testing::Test {
 protected:
  void SetUp() override {
    fs::create_directories(root_ / "repo/sdk/python/furnace");
    fs::create_directories(root_ / "repo/examples");
    fs::create_directories(root_ / "repo/build/dev/bin");
    fs::create_directories(root_ / "here/pictures");
    for (const char* name : {"furnace-gateway", "furnace-scheduler", "furnace-registry",
                             "furnace-metering", "furnace-worker"}) {
      std::ofstream(binary().parent_path() / name) << "";
    }
  }
  fs::path binary() const { return root_ / "repo/build/dev/bin/furnace"; }

  absl::StatusOr<Layout> Find(const Options& options) const {
    return FindLayout(options, binary(), root_ / "here");
  }

  const cli::TemporaryFolder folder_;
  const fs::path root_ = folder_.path();
};

TEST_F(LayoutTest, FindsTheRepositoryAroundTheBinary) {
  const auto layout = Find({});
  ASSERT_TRUE(layout.ok()) << layout.status();
  EXPECT_EQ(layout->binaries, binary().parent_path());
  EXPECT_EQ(layout->repository, root_ / "repo");
  EXPECT_EQ(layout->python_path, root_ / "repo/sdk/python");
  EXPECT_EQ(layout->data, root_ / "here/.furnace/dev");
  EXPECT_THAT(layout->image_roots, testing::ElementsAre(root_ / "repo/examples", root_ / "here"));
}

TEST_F(LayoutTest, GivenFoldersComeFirst) {
  const auto layout = Find({.data = "d", .images = {"pictures"}, .sdk = "../repo/sdk/python"});
  ASSERT_TRUE(layout.ok()) << layout.status();
  EXPECT_EQ(layout->data, root_ / "here/d");
  EXPECT_EQ(layout->image_roots.front(), root_ / "here/pictures");
  EXPECT_EQ(layout->python_path, root_ / "repo/sdk/python");
}

TEST_F(LayoutTest, AMissingBinaryIsNamed) {
  fs::remove(binary().parent_path() / "furnace-metering");
  const auto layout = Find({});
  EXPECT_TRUE(absl::IsNotFound(layout.status()));
  EXPECT_THAT(layout.status().ToString(), testing::HasSubstr("furnace-metering"));
}

TEST_F(LayoutTest, AMissingFolderIsNamed) {
  EXPECT_TRUE(absl::IsNotFound(Find({.images = {"nowhere"}}).status()));
  EXPECT_TRUE(absl::IsNotFound(Find({.sdk = "pictures"}).status()));
}

TEST_F(LayoutTest, AColonWouldSplitTheListOfRoots) {
  fs::create_directories(root_ / "here/a:b");
  EXPECT_TRUE(absl::IsInvalidArgument(Find({.images = {"a:b"}}).status()));
}

TEST_F(LayoutTest, OutsideARepositoryThereIsNone) {
  EXPECT_EQ(FindRepository(root_ / "here"), fs::path());
}

}  // namespace
}  // namespace furnace::dev
