// What the agent relies on of a spool, of the one in memory and the one on disk.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <set>

#include "services/worker/spool/file_spool.h"
#include "tests/support/worker/fake_ports.h"

namespace furnace::worker::testing {
namespace {

namespace fs = std::filesystem;

class MemoryBackend {
 public:
  SpoolPort& spool() { return spool_; }
  void Finish() { spool_.FinishSaving(); }
  std::vector<SpoolRecord> Left() {
    std::vector<SpoolRecord> records;
    for (const auto& [lease, record] : spool_.records) records.push_back(record);
    return records;
  }

 private:
  FakeSpool spool_;
};

class FileBackend : public Mailbox {
 public:
  FileBackend() {
    std::string name = (fs::temp_directory_path() / "furnace-spool-XXXXXX").string();
    folder_ = mkdtemp(name.data());
    spool_ = std::make_unique<FileSpool>(folder_, *this);
  }
  ~FileBackend() override {
    spool_.reset();
    fs::remove_all(folder_);
  }

  SpoolPort& spool() { return *spool_; }
  // The destructor returns when all is written and reported.
  void Finish() {
    spool_.reset();
    spool_ = std::make_unique<FileSpool>(folder_, *this);
  }
  std::vector<SpoolRecord> Left() { return *FileSpool::Load(folder_, "w"); }
  void Post(std::function<void()> event) override { event(); }

 private:
  fs::path folder_;
  std::unique_ptr<FileSpool> spool_;
};

template <typename Backend>
class WorkerSpoolContract : public ::testing::Test {
 protected:
  void Save(const LeaseId& lease) {
    SpoolRecord record;
    record.worker_id = "w";
    record.lease = lease;
    record.outcome.output = lease.job_id;
    backend_.spool().Save(record, [this, lease] { saved_.insert(lease); });
  }
  std::set<LeaseId> Left() {
    std::set<LeaseId> leases;
    for (const SpoolRecord& record : backend_.Left()) leases.insert(record.lease);
    return leases;
  }

  Backend backend_;
  std::set<LeaseId> saved_;
};

using Backends = ::testing::Types<MemoryBackend, FileBackend>;
TYPED_TEST_SUITE(WorkerSpoolContract, Backends);

const LeaseId kA{"a", 1};
const LeaseId kASecond{"a", 2};

TYPED_TEST(WorkerSpoolContract, WhatIsReportedSavedIsThere) {
  this->Save(kA);
  this->backend_.Finish();
  EXPECT_EQ(this->saved_, std::set<LeaseId>{kA});
  ASSERT_EQ(this->Left(), std::set<LeaseId>{kA});
  EXPECT_EQ(this->backend_.Left()[0].outcome.output, "a");
}

TYPED_TEST(WorkerSpoolContract, AttemptsOfOneJobAreApart) {
  this->Save(kA);
  this->Save(kASecond);
  this->backend_.Finish();
  this->backend_.spool().Remove(kA);
  this->backend_.Finish();
  EXPECT_EQ(this->Left(), std::set<LeaseId>{kASecond});
}

TYPED_TEST(WorkerSpoolContract, WhatIsRemovedBeforeItIsSavedIsNotThere) {
  this->Save(kA);
  this->backend_.spool().Remove(kA);
  this->backend_.Finish();
  EXPECT_TRUE(this->Left().empty());
}

TYPED_TEST(WorkerSpoolContract, RemovingTheUnknownIsNothing) {
  this->backend_.spool().Remove(kA);
  this->backend_.Finish();
  EXPECT_TRUE(this->Left().empty());
}

}  // namespace
}  // namespace furnace::worker::testing
