#include "services/worker/gpu/gpu_monitor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "libs/common/base/mutex.h"

namespace furnace::worker {
namespace {

using ::testing::ElementsAre;

constexpr absl::Duration kPatience = absl::Seconds(30);
// One GPU, of which this process has 300 MiB.
constexpr std::int64_t kOwnMib = 300;

class FakeDriver final : public GpuDriver {
 public:
  const std::vector<GpuInfo>& gpus() const override { return gpus_; }
  std::vector<GpuReading> Read() override { return {{.uuid = "g", .temperature_celsius = 50}}; }
  std::vector<Usage> Usages() override {
    return {{.used_mib = 900, .users = {{{.pid = getpid(), .memory_mib = kOwnMib}}}}};
  }

 private:
  const std::vector<GpuInfo> gpus_ = {{.uuid = "g", .model = "m", .memory_mib = 1000}};
};

// Writes down what happens, where it is posted.
class Recorder final : public Mailbox, public GpuEvents {
 public:
  void Post(std::function<void()> event) override { event(); }
  void OnGpus(std::vector<GpuInfo> gpus) override { Note("gpus " + gpus.at(0).uuid); }
  void OnGpuReadings(std::vector<GpuReading> readings) override {
    Note("reading of " + readings.at(0).uuid);
  }
  void OnHandlerMemory(std::int64_t used_mib) override { Note(std::to_string(used_mib)); }

  std::vector<std::string> notes() {
    MutexLock lock(mutex_);
    return notes_;
  }
  // Waits until this was noted so often.
  bool Await(const std::string& note, int times) {
    const absl::Time limit = absl::Now() + kPatience;
    MutexLock lock(mutex_);
    while (std::count(notes_.begin(), notes_.end(), note) < times) {
      if (absl::Now() >= limit) return false;
      changed_.WaitFor(mutex_, limit - absl::Now());
    }
    return true;
  }

 private:
  void Note(std::string what) {
    MutexLock lock(mutex_);
    notes_.push_back(std::move(what));
    changed_.SignalAll();
  }

  Mutex mutex_;
  CondVar changed_;
  std::vector<std::string> notes_ ABSL_GUARDED_BY(mutex_);
};

class GpuMonitorTest : public ::testing::Test {
 protected:
  std::unique_ptr<GpuMonitor> Start(GpuMonitor::Periods periods, pid_t handler = getpid()) {
    auto monitor = std::make_unique<GpuMonitor>([] { return std::make_unique<FakeDriver>(); },
                                                [handler] { return handler; }, recorder_, periods);
    monitor->Watch(recorder_);
    return monitor;
  }

  const std::string own_ = std::to_string(kOwnMib);
  Recorder recorder_;
};

TEST_F(GpuMonitorTest, AMachineWithoutADriverIsSilent) {
  GpuMonitor([] { return absl::NotFoundError("no driver"); }, [] { return -1; }, recorder_)
      .Watch(recorder_);
  EXPECT_THAT(recorder_.notes(), ElementsAre());
}

TEST_F(GpuMonitorTest, TheGpusAreNamedOnceAndReadAgainAndAgain) {
  const auto monitor = Start({.read = absl::Milliseconds(1), .sample = absl::Hours(1)});
  EXPECT_TRUE(recorder_.Await("reading of g", 3));
  const auto notes = recorder_.notes();
  EXPECT_EQ(notes[0], "gpus g");
  EXPECT_EQ(std::count(notes.begin(), notes.end(), "gpus g"), 1);
  EXPECT_EQ(std::count(notes.begin(), notes.end(), own_), 0);
}

TEST_F(GpuMonitorTest, AJobIsSampledAtOnceAndThenAgainAndAgain) {
  const auto seldom = Start({.read = absl::Hours(1), .sample = absl::Hours(1)});
  EXPECT_TRUE(recorder_.Await("reading of g", 1));
  seldom->SetBusy(true);
  EXPECT_TRUE(recorder_.Await(own_, 1));
  seldom->SetBusy(false);
  seldom->SetBusy(true);
  const auto often = Start({.read = absl::Hours(1), .sample = absl::Milliseconds(1)});
  often->SetBusy(true);
  EXPECT_TRUE(recorder_.Await(own_, 5));
}

TEST_F(GpuMonitorTest, WhatOthersUseIsNotTheHandlers) {
  const auto monitor = Start({.read = absl::Hours(1), .sample = absl::Milliseconds(1)}, -1);
  monitor->SetBusy(true);
  EXPECT_TRUE(recorder_.Await("0", 2));
}

TEST_F(GpuMonitorTest, ItEndsWithoutHavingWatched) {
  GpuMonitor([] { return absl::NotFoundError("no driver"); }, [] { return -1; }, recorder_);
  EXPECT_THAT(recorder_.notes(), ElementsAre());
}

}  // namespace
}  // namespace furnace::worker
