#include "services/scheduler/storage/redis/budget_accounts.h"

#include "libs/common/base/status.h"
#include "services/scheduler/domain/shard.h"
#include "services/scheduler/storage/redis/reply.h"

namespace furnace::scheduler {
namespace {

constexpr std::size_t kAccountWords = 8;

}  // namespace

absl::StatusOr<std::map<std::string, StoredAccount>> RedisBudgetAccounts::Read(int shard,
                                                                               bool fence) {
  FURNACE_ASSIGN_OR_RETURN(
      const redis::Reply reply,
      client_.RunAndWait(scripts_.read_budgets, {ShardPrefix(shard)}, {fence ? "1" : "0", set_}));
  std::map<std::string, StoredAccount> accounts;
  for (const redisReply* account : Elements(*reply)) {
    const auto words = Elements(*account);
    if (words.size() < kAccountWords) {
      return absl::InternalError("read_budgets.lua answered too little");
    }
    accounts[std::string(Text(*words[0]))] = {
        .account = {.window = absl::FromUnixMicros(Int(*words[2])),
                    .left = Int(*words[3]),
                    .held = Int(*words[4]),
                    .pending = Int(*words[5])},
        .sequence = Int(*words[1]),
        .wanted = Int(*words[6]) > 0,
        .asked = Int(*words[6]) == 2,
        .definition = std::string(Text(*words[7]))};
  }
  return accounts;
}

absl::Status RedisBudgetAccounts::Ask(int shard, const std::vector<std::string>& budget_ids) {
  const redis::Client::Words args(budget_ids.begin(), budget_ids.end());
  return client_.RunAndWait(scripts_.ask_budgets, {ShardPrefix(shard)}, args).status();
}

absl::StatusOr<std::vector<std::optional<std::int64_t>>> RedisBudgetAccounts::Change(
    int shard, const std::vector<AllowanceChange>& changes) {
  redis::Client::Words args = {set_};
  for (const AllowanceChange& change : changes) {
    args.push_back(change.budget_id);
    args.push_back(std::to_string(change.sequence));
    args.push_back(std::to_string(absl::ToUnixMicros(change.window)));
    args.push_back(std::to_string(change.change));
    args.push_back(change.definition);
  }
  FURNACE_ASSIGN_OR_RETURN(const redis::Reply reply,
                           client_.RunAndWait(scripts_.change_budgets, {ShardPrefix(shard)}, args));
  std::vector<std::optional<std::int64_t>> made;
  for (const redisReply* change : Elements(*reply)) {
    made.push_back(IsNil(*change) ? std::nullopt : std::optional<std::int64_t>(Int(*change)));
  }
  return made;
}

}  // namespace furnace::scheduler
