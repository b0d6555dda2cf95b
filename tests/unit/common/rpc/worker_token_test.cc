#include "libs/common/rpc/worker_token.h"

#include <gtest/gtest.h>

namespace furnace::rpc {
namespace {

constexpr char kKey[] = "internal-token";
const absl::Time kExpires = absl::FromUnixSeconds(1'700'000'000);

std::string Mint() {
  return MintWorkerToken(kKey, {.worker_id = "w-1", .endpoint_id = "e-1", .expires = kExpires});
}

TEST(WorkerTokenTest, SaysWhoItWasMintedFor) {
  const auto identity = VerifyWorkerToken(kKey, Mint(), kExpires - absl::Seconds(1));
  ASSERT_TRUE(identity.ok()) << identity.status();
  EXPECT_EQ(identity->worker_id, "w-1");
  EXPECT_EQ(identity->endpoint_id, "e-1");
  EXPECT_EQ(identity->expires, kExpires);
}

TEST(WorkerTokenTest, EndsWhenItExpires) {
  EXPECT_TRUE(VerifyWorkerToken(kKey, Mint(), kExpires).ok());
  EXPECT_TRUE(absl::IsUnauthenticated(
      VerifyWorkerToken(kKey, Mint(), kExpires + absl::Nanoseconds(1)).status()));
}

TEST(WorkerTokenTest, NeedsTheKeyItWasMintedWith) {
  EXPECT_TRUE(
      absl::IsUnauthenticated(VerifyWorkerToken("another", Mint(), absl::UnixEpoch()).status()));
}

TEST(WorkerTokenTest, AnyChangedCharacterMakesItWorthless) {
  const std::string token = Mint();
  for (std::size_t i = 0; i < token.size(); ++i) {
    std::string changed = token;
    changed[i] = changed[i] == '1' ? '2' : '1';
    EXPECT_FALSE(VerifyWorkerToken(kKey, changed, absl::UnixEpoch()).ok()) << changed;
  }
}

TEST(WorkerTokenTest, AnyCutMakesItWorthless) {
  const std::string token = Mint();
  for (std::size_t size = 0; size < token.size(); ++size) {
    EXPECT_FALSE(VerifyWorkerToken(kKey, token.substr(0, size), absl::UnixEpoch()).ok()) << size;
  }
  EXPECT_FALSE(VerifyWorkerToken(kKey, token + "0", absl::UnixEpoch()).ok());
  EXPECT_FALSE(VerifyWorkerToken(kKey, token + ".", absl::UnixEpoch()).ok());
}

TEST(WorkerTokenTest, RefusalsAllReadTheSame) {
  const absl::Status expired = VerifyWorkerToken(kKey, Mint(), absl::InfiniteFuture()).status();
  EXPECT_EQ(VerifyWorkerToken(kKey, "junk", absl::UnixEpoch()).status(), expired);
  EXPECT_EQ(VerifyWorkerToken("x", Mint(), absl::UnixEpoch()).status(), expired);
}

}  // namespace
}  // namespace furnace::rpc
