#include "services/worker/domain/spool_record.h"

#include <gtest/gtest.h>

namespace furnace::worker {
namespace {

SpoolRecord Sample() {
  SpoolRecord record;
  record.worker_id = "worker-1";
  record.lease = {"00000000-0000-7000-8000-000000000001", 3};
  record.outcome = Failure(Cause::kTimeout, "too long");
  record.outcome.output = std::string("\0\xff{", 3);
  record.outcome.gpu_memory_peak_mib = 81'559;
  record.outcome.tokens = 1'000'000'000'000;
  record.outcome.waited = absl::Microseconds(1'234'567);
  return record;
}

TEST(WorkerSpoolRecordTest, ComesBackAsItWas) {
  for (const Cause cause :
       {Cause::kNone, Cause::kHandlerError, Cause::kHandlerExited, Cause::kTimeout}) {
    SpoolRecord record = Sample();
    record.outcome.cause = cause;
    const auto decoded = Decode(Encode(record));
    ASSERT_TRUE(decoded.ok()) << decoded.status();
    EXPECT_EQ(*decoded, record);
  }
}

TEST(WorkerSpoolRecordTest, OneThatAnEarlierReleaseLeftIsRead) {
  // Of worker "w", job "j", epoch 1, with the output 42.
  const std::string bytes(
      "FWR1"
      "\1\0\0\0w\1\0\0\0j\1\0\0\0\0\0\0\0\0\2\0\0\0"
      "42"
      "\x1b\xe9\x81\xc8\x22\xf2\xa9\xb0",
      37);
  const auto decoded = Decode(bytes);
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  EXPECT_EQ(decoded->outcome.output, "42");
  EXPECT_EQ(decoded->outcome.waited, absl::ZeroDuration());
  EXPECT_EQ(decoded->outcome.gpu_memory_peak_mib, 0);
}

TEST(WorkerSpoolRecordTest, OneWithoutTokensIsRead) {
  // The same, which waited for 5 us and had 7 MiB.
  const std::string bytes(
      "FWR2"
      "\1\0\0\0w\1\0\0\0j\1\0\0\0\0\0\0\0\0\2\0\0\0"
      "42"
      "\5\0\0\0\0\0\0\0\7\0\0\0\0\0\0\0"
      "\x9a\xf5\x35\xc5\x29\x6e\xd7\xf3",
      53);
  const auto decoded = Decode(bytes);
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  EXPECT_EQ(decoded->outcome.waited, absl::Microseconds(5));
  EXPECT_EQ(decoded->outcome.gpu_memory_peak_mib, 7);
  EXPECT_EQ(decoded->outcome.tokens, 0);
}

TEST(WorkerSpoolRecordTest, OneThatHasNoTokensIsWrittenAsAnEarlierReleaseReadsIt) {
  SpoolRecord record = Sample();
  record.outcome.tokens = 0;
  EXPECT_TRUE(Encode(record).starts_with("FWR2"));
  EXPECT_EQ(*Decode(Encode(record)), record);
}

TEST(WorkerSpoolRecordTest, AnyTruncationIsNoticed) {
  const std::string bytes = Encode(Sample());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_TRUE(absl::IsDataLoss(Decode(bytes.substr(0, size)).status())) << size;
  }
}

TEST(WorkerSpoolRecordTest, AnyFlippedByteIsNoticed) {
  const std::string bytes = Encode(Sample());
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    std::string damaged = bytes;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x20);
    EXPECT_TRUE(absl::IsDataLoss(Decode(damaged).status())) << at;
  }
}

TEST(WorkerSpoolRecordTest, TrailingBytesAreNoticed) {
  EXPECT_TRUE(absl::IsDataLoss(Decode(Encode(Sample()) + "x").status()));
}

TEST(WorkerSpoolRecordTest, TheFileIsNamedAfterTheLease) {
  EXPECT_EQ(SpoolFileName({"abc-1", 2}), "abc-1.2.result");
}

}  // namespace
}  // namespace furnace::worker
