#include "services/metering/storage/archive/s3_archive.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_replace.h"
#include "libs/common/base/sha256.h"
#include "libs/common/json/json.h"
#include "services/metering/clients/s3_bucket.h"
#include "tests/support/loopback_server.h"
#include "tests/support/metering_records.h"

namespace furnace::metering {
namespace {

// A bucket as far as the archive asks of it: objects by key, each added once.
class FakeBucket {
 public:
  std::unique_ptr<ObjectStore> Connect() const {
    return std::make_unique<S3Bucket>(
        S3Bucket::Options{.url = server_.Url("127.0.0.1") + "bucket",
                          .key = {.access_key = "AK", .secret_key = "secret", .region = "auto"}});
  }

  std::map<std::string, std::string> Objects() {
    MutexLock lock(mutex_);
    return objects_;
  }
  void Put(const std::string& key, std::string body) {
    MutexLock lock(mutex_);
    objects_[key] = std::move(body);
  }
  // Stores what comes next, and does not say so.
  void LoseNextAnswer() { lose_next_ = true; }
  int unsigned_requests() const { return unsigned_; }
  int requests() const { return requests_; }

 private:
  static std::string Between(const std::string& text, const std::string& begin,
                             const std::string& end) {
    const auto at = text.find(begin);
    if (at == std::string::npos) return "";
    const auto from = at + begin.size();
    return text.substr(from, text.find(end, from) - from);
  }

  static std::string Answer(int status, const std::string& body) {
    return "HTTP/1.1 " + std::to_string(status) +
           " X\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  }

  void Serve(int connection, std::string head) {
    for (; !head.empty(); head = LoopbackServer::ReadHead(connection)) {
      ++requests_;
      if (head.find("Authorization: AWS4-HMAC-SHA256 Credential=AK/") == std::string::npos ||
          head.find("/auto/s3/aws4_request") == std::string::npos) {
        ++unsigned_;
      }
      if (!LoopbackServer::Say(connection, Reply(connection, head))) return;
    }
  }

  std::string Reply(int connection, const std::string& head) {
    const std::string target = Between(head, " /bucket", " HTTP/1.1");
    if (head.starts_with("PUT ")) return Store(connection, head, target.substr(1));
    MutexLock lock(mutex_);
    if (target.starts_with("?")) return Answer(200, List(target));
    const auto object = objects_.find(target.substr(1));
    return object == objects_.end() ? Answer(404, "") : Answer(200, object->second);
  }

  std::string Store(int connection, const std::string& head, const std::string& key) {
    std::string body(std::stoul(Between(head, "Content-Length: ", "\r\n")), ' ');
    for (std::size_t got = 0; got < body.size();) {
      const ssize_t more = read(connection, body.data() + got, body.size() - got);
      if (more <= 0) return "";
      got += static_cast<std::size_t>(more);
    }
    EXPECT_NE(head.find("If-None-Match: *"), std::string::npos);
    MutexLock lock(mutex_);
    if (!objects_.emplace(key, std::move(body)).second) return Answer(412, "");
    return Answer(lose_next_.exchange(false) ? 503 : 200, "");
  }

  std::string List(const std::string& target) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    const auto plain = [](const std::string& text) {
      return absl::StrReplaceAll(text, {{"%2F", "/"}});
    };
    const std::string prefix = plain(Between(target, "prefix=", "&"));
    const std::string after = plain(Between(target, "start-after=", "&"));
    const auto object = after.empty() ? objects_.lower_bound(prefix) : objects_.upper_bound(after);
    if (object == objects_.end() || !object->first.starts_with(prefix)) return "<List></List>";
    return "<List><Contents><Key>" + object->first + "</Key></Contents></List>";
  }

  Mutex mutex_;
  std::map<std::string, std::string> objects_ ABSL_GUARDED_BY(mutex_);
  std::atomic<bool> lose_next_ = false;
  std::atomic<int> unsigned_ = 0;
  std::atomic<int> requests_ = 0;
  const LoopbackServer server_{
      [this](int connection, const std::string& head) { Serve(connection, head); }};
};

class S3ArchiveTest : public testing::Test {
 protected:
  S3Archive Archive() { return {bucket_.Connect(), "a/b-"}; }

  static std::vector<SinkEvent> EventsOfRecord(std::int64_t seq) {
    const UsageRecord record = ARecord();
    return EventsOf({.seq = seq, .record = record, .segments = DefaultBill(record).segments},
                    record.project_id, {});
  }

  static std::vector<SinkEvent> Join(std::vector<SinkEvent> a, const std::vector<SinkEvent>& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
  }

  static bool Accepts(S3Archive& archive, const std::vector<SinkEvent>& events) {
    return archive.Send(events).answer == SinkAnswer::kAccepted;
  }

  // The keys of all lines, whose chain and numbers are checked.
  std::vector<std::string> VerifiedKeys() {
    std::vector<std::string> keys;
    std::string previous(64, '0');
    for (const auto& [key, object] : bucket_.Objects()) {
      EXPECT_EQ(key, fmt::format("a/b-usage-{:015}.ndjson", keys.size() + 1));
      std::string_view text = object;
      while (!text.empty()) {
        const std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(line.size() + 1);
        EXPECT_EQ(json::AsString(*json::At(line, "/previous")).value(), previous);
        previous = absl::BytesToHexString(Sha256(line));
        keys.push_back(json::AsString(*json::At(line, "/key")).value());
      }
    }
    return keys;
  }

  static std::vector<std::string> KeysOf(const std::vector<SinkEvent>& events) {
    std::vector<std::string> keys;
    for (const SinkEvent& event : events) keys.push_back(event.key);
    return keys;
  }

  FakeBucket bucket_;
};

TEST_F(S3ArchiveTest, EachSendIsAnObjectOfSignedRequests) {
  S3Archive archive = Archive();
  const auto first = EventsOfRecord(1);
  const auto second = EventsOfRecord(2);
  EXPECT_TRUE(Accepts(archive, first));
  EXPECT_TRUE(Accepts(archive, second));
  EXPECT_EQ(bucket_.Objects().size(), 2U);
  EXPECT_EQ(VerifiedKeys(), KeysOf(Join(first, second)));
  EXPECT_EQ(bucket_.unsigned_requests(), 0);
}

TEST_F(S3ArchiveTest, GoesOnWhereItEnded) {
  const auto first = EventsOfRecord(1);
  const auto second = EventsOfRecord(2);
  for (const auto& events : {first, Join(first, second), second}) {
    S3Archive archive = Archive();
    EXPECT_TRUE(Accepts(archive, events));
  }
  EXPECT_EQ(VerifiedKeys(), KeysOf(Join(first, second)));
}

TEST_F(S3ArchiveTest, WhatWasStoredWithoutAnAnswerIsNotStoredAgain) {
  S3Archive archive = Archive();
  const auto first = EventsOfRecord(1);
  const auto second = EventsOfRecord(2);
  bucket_.LoseNextAnswer();
  EXPECT_FALSE(Accepts(archive, first));
  EXPECT_TRUE(Accepts(archive, Join(first, second)));
  EXPECT_EQ(VerifiedKeys(), KeysOf(Join(first, second)));
}

TEST_F(S3ArchiveTest, WhatSomebodyElseStoredStays) {
  S3Archive mine = Archive();
  S3Archive other = Archive();
  const auto first = EventsOfRecord(1);
  const auto second = EventsOfRecord(2);
  EXPECT_TRUE(Accepts(mine, first));
  EXPECT_TRUE(Accepts(other, first));
  EXPECT_TRUE(Accepts(other, second));
  EXPECT_FALSE(Accepts(mine, second));
  EXPECT_TRUE(Accepts(mine, second));
  EXPECT_EQ(VerifiedKeys(), KeysOf(Join(first, second)));
}

TEST_F(S3ArchiveTest, FindsTheEndOfALongArchiveWithFewQuestions) {
  S3Archive archive = Archive();
  const auto events = EventsOfRecord(1);
  EXPECT_TRUE(Accepts(archive, events));
  const std::string object = bucket_.Objects().begin()->second;
  for (int i = 1; i < 3'000; ++i) {
    bucket_.Put(fmt::format("a/b-usage-{:015}.ndjson", 1 + i * 5), i == 2'999 ? object : "older\n");
  }
  bucket_.Put("a/b-zebra", "not the archive's");
  S3Archive again = Archive();
  const int before = bucket_.requests();
  EXPECT_TRUE(Accepts(again, events));  // Known: nothing to store.
  EXPECT_LT(bucket_.requests() - before, 60);
}

TEST_F(S3ArchiveTest, AForeignObjectIsNotTakenForTheEnd) {
  bucket_.Put("a/b-usage-12.ndjson", "x\n");
  S3Archive archive = Archive();
  const SinkReply reply = archive.Send(EventsOfRecord(1));
  EXPECT_EQ(reply.answer, SinkAnswer::kUnavailable);
  EXPECT_EQ(reply.error, "s3: there is an object that is not the archive's");
  EXPECT_EQ(bucket_.Objects().size(), 1U);
}

TEST(FirstKeyInTest, ReadsAList) {
  EXPECT_EQ(FirstKeyIn("<a><Contents><Key>k/1</Key></Contents><Key>k/2</Key></a>"), "k/1");
  EXPECT_EQ(FirstKeyIn("<ListBucketResult></ListBucketResult>"), std::nullopt);
  EXPECT_EQ(FirstKeyIn(""), std::nullopt);
}

}  // namespace
}  // namespace furnace::metering
