#include "services/worker/spool/file_spool.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <thread>

#include "absl/synchronization/notification.h"

namespace furnace::worker {
namespace {

namespace fs = std::filesystem;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// Runs events where they are posted.
class DirectMailbox final : public Mailbox {
 public:
  void Post(std::function<void()> event) override { event(); }
};

class WorkerFileSpoolTest : public ::testing::Test {
 protected:
  WorkerFileSpoolTest() {
    std::string name = (fs::temp_directory_path() / "furnace-spool-XXXXXX").string();
    folder_ = fs::path(mkdtemp(name.data())) / "spool";
  }
  ~WorkerFileSpoolTest() override { fs::remove_all(folder_.parent_path()); }

  static SpoolRecord Record(const std::string& job_id, const std::string& worker_id = "w") {
    SpoolRecord record;
    record.worker_id = worker_id;
    record.lease = {job_id, 1};
    record.outcome.output = "{\"a\":1}";
    return record;
  }
  std::vector<SpoolRecord> Load() { return *FileSpool::Load(folder_, "w"); }
  // The destructor returns when all is written.
  void Save(const SpoolRecord& record) {
    FileSpool spool(folder_, mailbox_);
    spool.Save(record, [] {});
  }
  void WriteFile(const std::string& name, const std::string& text) {
    std::ofstream(folder_ / name) << text;
  }

  fs::path folder_;
  DirectMailbox mailbox_;
};

TEST_F(WorkerFileSpoolTest, ANewFolderIsMadeAndEmpty) {
  EXPECT_THAT(Load(), IsEmpty());
  EXPECT_TRUE(fs::is_directory(folder_));
}

TEST_F(WorkerFileSpoolTest, WhatIsSavedIsThereAfterARestart) {
  Load();
  Save(Record("a"));
  const auto records = Load();
  ASSERT_THAT(records, SizeIs(1));
  EXPECT_EQ(records[0], Record("a"));
}

TEST_F(WorkerFileSpoolTest, SavedIsReportedWhenTheFileIsThere) {
  Load();
  bool there = false;
  {
    FileSpool spool(folder_, mailbox_);
    spool.Save(Record("a"), [&] { there = fs::exists(folder_ / "a.1.result"); });
  }
  EXPECT_TRUE(there);
}

TEST_F(WorkerFileSpoolTest, WhatIsRemovedIsGone) {
  Load();
  Save(Record("a"));
  {
    FileSpool spool(folder_, mailbox_);
    spool.Save(Record("b"), [] {});
    spool.Remove({"a", 1});
    spool.Remove({"b", 1});
    spool.Remove({"never saved", 1});
  }
  EXPECT_THAT(Load(), IsEmpty());
}

TEST_F(WorkerFileSpoolTest, ADamagedFileIsSetAside) {
  Load();
  Save(Record("a"));
  WriteFile("b.1.result", "nonsense");
  EXPECT_THAT(Load(), SizeIs(1));
  EXPECT_TRUE(fs::exists(folder_ / "b.1.result.corrupt"));
  EXPECT_FALSE(fs::exists(folder_ / "b.1.result"));
}

TEST_F(WorkerFileSpoolTest, AnUnfinishedFileIsRemoved) {
  Load();
  WriteFile("a.1.result.part", "FWR1");
  EXPECT_THAT(Load(), IsEmpty());
  EXPECT_TRUE(fs::is_empty(folder_));
}

TEST_F(WorkerFileSpoolTest, ResultsOfAnotherWorkerStay) {
  Load();
  Save(Record("a", "other"));
  EXPECT_THAT(Load(), IsEmpty());
  EXPECT_TRUE(fs::exists(folder_ / "a.1.result"));
}

TEST_F(WorkerFileSpoolTest, AFolderThatCannotBeMadeIsAnError) {
  EXPECT_FALSE(FileSpool::Load("/proc/no/such/folder", "w").ok());
}

TEST_F(WorkerFileSpoolTest, AWriteThatFailsIsNotReportedAndRepeated) {
  absl::Notification saved;
  FileSpool spool(folder_, mailbox_);
  spool.Save(Record("a"), [&] { saved.Notify(); });
  while (!spool.failing()) std::this_thread::yield();
  EXPECT_FALSE(saved.HasBeenNotified());
  Load();  // Makes the folder.
  saved.WaitForNotification();
  EXPECT_FALSE(spool.failing());
  EXPECT_THAT(Load(), SizeIs(1));
}

TEST_F(WorkerFileSpoolTest, AWriteThatFailedIsForgottenOnceItsResultIsRemoved) {
  FileSpool spool(folder_, mailbox_);
  spool.Save(Record("a"), [] { FAIL(); });
  while (!spool.failing()) std::this_thread::yield();
  spool.Remove({"a", 1});
  EXPECT_FALSE(spool.failing());
}

}  // namespace
}  // namespace furnace::worker
