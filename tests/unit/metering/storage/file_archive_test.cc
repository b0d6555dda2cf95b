#include "services/metering/storage/archive/file_archive.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "libs/common/base/sha256.h"
#include "libs/common/json/json.h"
#include "tests/support/metering_records.h"

namespace furnace::metering {
namespace {

class MovingClock final : public Clock {
 public:
  absl::Time Now() const override { return now; }
  absl::Time now = absl::FromUnixMicros(kTenUs);
};

class FileArchiveTest : public testing::Test {
 protected:
  FileArchiveTest() : folder_(testing::TempDir() + "/archive-" + NewId()) {}
  ~FileArchiveTest() override { std::filesystem::remove_all(folder_); }

  FileArchive Archive(std::int64_t max_file_bytes = 1 << 20) {
    return FileArchive({.folder = folder_, .max_file_bytes = max_file_bytes}, clock_);
  }

  static std::vector<SinkEvent> EventsOfRecord(std::int64_t seq) {
    UsageRecord record = ARecord();
    return EventsOf({.seq = seq, .record = record, .segments = DefaultBill(record).segments},
                    record.project_id, {});
  }

  std::vector<std::filesystem::path> Files() const {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
      if (entry.path().extension() == ".ndjson") files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    return files;
  }

  std::vector<std::string> Lines() const {
    std::vector<std::string> lines;
    for (const auto& file : Files()) {
      std::ifstream stream(file);
      for (std::string line; std::getline(stream, line);) lines.push_back(line);
    }
    return lines;
  }

  // The keys of all lines, whose chain and numbers are checked.
  std::vector<std::string> VerifiedKeys() const {
    std::vector<std::string> keys;
    std::string hash(64, '0');
    for (const std::string& line : Lines()) {
      EXPECT_TRUE(json::Validate(line).ok()) << line;
      EXPECT_EQ(*json::AsString(*json::At(line, "/previous")), hash);
      EXPECT_EQ(*json::AsInt64(*json::At(line, "/line")),
                static_cast<std::int64_t>(keys.size()) + 1);
      keys.push_back(*json::AsString(*json::At(line, "/key")));
      hash = absl::BytesToHexString(Sha256(line));
    }
    return keys;
  }

  std::filesystem::path folder_;
  MovingClock clock_;
};

std::vector<std::string> KeysOf(const std::vector<SinkEvent>& events) {
  std::vector<std::string> keys;
  for (const SinkEvent& event : events) keys.push_back(event.key);
  return keys;
}

TEST_F(FileArchiveTest, LinesAreChainedOverFilesAndProcesses) {
  std::vector<std::string> keys;
  for (std::int64_t seq = 1; seq <= 6; ++seq) {
    FileArchive archive = Archive();
    const std::vector<SinkEvent> events = EventsOfRecord(seq);
    EXPECT_EQ(archive.Send(events).answer, SinkAnswer::kAccepted);
    for (const std::string& key : KeysOf(events)) keys.push_back(key);
    if (seq % 2 == 0) clock_.now += absl::Hours(1);
  }
  EXPECT_EQ(VerifiedKeys(), keys);
  ASSERT_EQ(Files().size(), 3);
  EXPECT_EQ(Files()[1].filename(), "usage-000000000000011-20260301T11.ndjson");
}

TEST_F(FileArchiveTest, WhatIsThereIsNotWrittenAgain) {
  const std::vector<SinkEvent> events = EventsOfRecord(1);
  EXPECT_EQ(Archive().Send(std::span(events).first(2)).answer, SinkAnswer::kAccepted);
  EXPECT_EQ(Archive().Send(events).answer, SinkAnswer::kAccepted);
  EXPECT_EQ(Archive().Send(events).answer, SinkAnswer::kAccepted);
  EXPECT_EQ(VerifiedKeys(), KeysOf(events));
}

TEST_F(FileArchiveTest, ALineThatACrashCutOffIsReplaced) {
  const std::vector<SinkEvent> first = EventsOfRecord(1);
  const std::vector<SinkEvent> second = EventsOfRecord(2);
  EXPECT_EQ(Archive().Send(first).answer, SinkAnswer::kAccepted);
  const auto whole = std::filesystem::file_size(Files()[0]);
  EXPECT_EQ(Archive().Send(second).answer, SinkAnswer::kAccepted);
  std::vector<std::string> keys = KeysOf(first);
  for (const std::string& key : KeysOf(second)) keys.push_back(key);
  const auto full = std::filesystem::file_size(Files()[0]);
  for (auto size = full - 1; size + 40 > whole; size -= 37) {
    std::filesystem::resize_file(Files()[0], size);
    FileArchive archive = Archive();
    EXPECT_EQ(archive.Send(first).answer, SinkAnswer::kAccepted);
    EXPECT_EQ(archive.Send(second).answer, SinkAnswer::kAccepted);
    EXPECT_EQ(VerifiedKeys(), keys) << size;
  }
}

TEST_F(FileArchiveTest, AnEmptyFileSaysNothingOfTheEnd) {
  const std::vector<SinkEvent> first = EventsOfRecord(1);
  EXPECT_EQ(Archive().Send(first).answer, SinkAnswer::kAccepted);
  std::ofstream(folder_ / "usage-000000000000006-20260301T11.ndjson").flush();
  clock_.now += absl::Hours(1);
  EXPECT_EQ(Archive().Send(first).answer, SinkAnswer::kAccepted);
  EXPECT_EQ(Archive().Send(EventsOfRecord(2)).answer, SinkAnswer::kAccepted);
  EXPECT_EQ(VerifiedKeys().size(), 10);
  EXPECT_EQ(Files().size(), 2);
}

TEST_F(FileArchiveTest, AFullFileIsFollowedByAnother) {
  FileArchive archive = Archive(1);
  for (std::int64_t seq = 1; seq <= 3; ++seq) {
    EXPECT_EQ(archive.Send(EventsOfRecord(seq)).answer, SinkAnswer::kAccepted);
  }
  EXPECT_EQ(Files().size(), 3);
  EXPECT_EQ(VerifiedKeys().size(), 15);
}

TEST_F(FileArchiveTest, AnotherProcessIsKeptOut) {
  FileArchive mine = Archive();
  EXPECT_EQ(mine.Send(EventsOfRecord(1)).answer, SinkAnswer::kAccepted);
  FileArchive other = Archive();
  const SinkReply reply = other.Send(EventsOfRecord(2));
  EXPECT_EQ(reply.answer, SinkAnswer::kUnavailable);
  EXPECT_EQ(reply.error, "archive: another process has the folder");
}

TEST_F(FileArchiveTest, AForeignLastLineIsNotWrittenAfter) {
  EXPECT_EQ(Archive().Send(EventsOfRecord(1)).answer, SinkAnswer::kAccepted);
  std::ofstream(Files()[0], std::ios::app) << "hello\n";
  EXPECT_EQ(Archive().Send(EventsOfRecord(2)).answer, SinkAnswer::kUnavailable);
  EXPECT_EQ(Lines().size(), 6);
}

TEST_F(FileArchiveTest, AFolderThatCannotBeIsAnError) {
  std::ofstream(folder_).flush();
  EXPECT_EQ(Archive().Send(EventsOfRecord(1)).answer, SinkAnswer::kUnavailable);
}

}  // namespace
}  // namespace furnace::metering
