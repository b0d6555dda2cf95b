#include "tests/support/scheduler/memory_expired_jobs.h"

#include <algorithm>
#include <set>

#include "services/scheduler/domain/shard.h"

namespace furnace::scheduler {

namespace {

bool IsIn(const ExpiredJobs::Shards& shards, const std::string& id) {
  const int shard = ShardOfJob(id) % shards.of;
  return std::find(shards.numbers.begin(), shards.numbers.end(), shard) != shards.numbers.end();
}

}  // namespace

std::vector<JobRecord> MemoryExpiredJobs::Expired() const {
  std::vector<JobRecord> records = history_.All();
  std::set<std::string> needed;
  for (const JobRecord& record : records) {
    if (IsFinal(record.job.status)) continue;
    needed.insert(record.job.depends_on.begin(), record.job.depends_on.end());
  }
  const absl::Time before = history_.now() - absl::Minutes(1);
  std::erase_if(records, [&](const JobRecord& record) {
    return !record.kept_until || *record.kept_until >= before || needed.contains(record.job.id);
  });
  std::sort(records.begin(), records.end(), [](const JobRecord& one, const JobRecord& other) {
    return *one.kept_until < *other.kept_until;
  });
  return records;
}

absl::StatusOr<std::vector<ExpiredBatch>> MemoryExpiredJobs::ListBatches(const Shards& shards,
                                                                         int limit) {
  std::set<std::string> expired;
  for (const JobRecord& record : Expired()) expired.insert(record.job.id);
  std::vector<ExpiredBatch> batches;
  for (const auto& [id, job_ids] : batches_.All()) {
    const bool all = std::all_of(job_ids.begin(), job_ids.end(),
                                 [&](const std::string& job) { return expired.contains(job); });
    const bool wanted = all && IsIn(shards, id);
    if (wanted && static_cast<int>(batches.size()) < limit) batches.push_back({id, job_ids});
  }
  return batches;
}

absl::Status MemoryExpiredJobs::DeleteBatches(const std::vector<std::string>& ids) {
  absl::Status status;
  for (const std::string& id : ids) status.Update(batches_.Remove(id));
  return status;
}

absl::StatusOr<std::vector<std::string>> MemoryExpiredJobs::List(const Shards& shards, int limit) {
  const auto batches = batches_.All();
  std::vector<std::string> ids;
  for (const JobRecord& record : Expired()) {
    const bool wanted = static_cast<int>(ids.size()) < limit && IsIn(shards, record.job.id);
    if (wanted && !batches.contains(record.job.batch_id)) ids.push_back(record.job.id);
  }
  return ids;
}

absl::StatusOr<int> MemoryExpiredJobs::Delete(const std::vector<std::string>& ids) {
  const absl::Time before = history_.now() - absl::Minutes(1);
  int deleted = 0;
  for (const JobRecord& record : history_.All()) {
    const bool wanted = std::find(ids.begin(), ids.end(), record.job.id) != ids.end();
    if (!wanted || !record.kept_until || *record.kept_until >= before) continue;
    history_.Erase(record.job.id);
    payloads_.Erase(record.job.id);
    attempts_.Erase(record.job.id);
    ++deleted;
  }
  return deleted;
}

}  // namespace furnace::scheduler
