#include "services/scheduler/storage/redis/job_queue.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

#include "libs/common/base/status.h"
#include "services/scheduler/domain/shard.h"
#include "services/scheduler/storage/redis/capacity_codec.h"
#include "services/scheduler/storage/redis/job_codec.h"
#include "services/scheduler/storage/redis/reply.h"
#include "services/scheduler/storage/redis/report_codec.h"

namespace furnace::scheduler {
namespace {

using Words = redis::Client::Words;

std::string Micros(absl::Duration duration) {
  return std::to_string(absl::ToInt64Microseconds(duration));
}

std::string Millis(absl::Duration duration) {
  return std::to_string(absl::ToInt64Milliseconds(duration));
}

// Jobs in one run of a script.
constexpr std::size_t kMaxSubmitted = 100;
constexpr std::size_t kMaxSettled = 128;
constexpr std::size_t kMaxReportedBytes = 256 << 10;

// The order is submit_jobs.lua's.
void EncodeSubmission(Submission& submission, Words& args) {
  args.push_back(std::move(submission.endpoint_id));
  args.push_back(std::move(submission.project_id));
  args.push_back(Micros(submission.head_start));
  args.push_back(std::to_string(submission.retry.max_retries));
  args.push_back(Millis(submission.retry.backoff));
  args.push_back(Millis(submission.retry.max_backoff));
  args.push_back(std::to_string(submission.retry.no_retry));
  args.push_back(std::to_string(submission.max_queued));
  args.push_back(std::move(submission.idempotency_key));
  args.push_back(Millis(submission.idempotency_ttl));
  args.push_back(std::move(submission.fingerprint));
  args.push_back(std::move(submission.batch_id));
  args.push_back(std::to_string(submission.items.size()));
  for (Submission::Item& item : submission.items) {
    args.push_back(std::move(item.id));
    args.push_back(std::to_string(item.priority));
    args.push_back(std::move(item.affinity));
    args.push_back(Micros(item.timeout));
    args.push_back(std::move(item.input));
    args.emplace_back(item.input_stored ? "1" : "");
    args.emplace_back(item.watched ? "1" : "");
    args.push_back(item.not_before ? std::to_string(absl::ToUnixMicros(*item.not_before)) : "0");
    args.push_back(Micros(item.ttl));
    args.push_back(std::move(item.concurrency_key));
    args.push_back(
        EncodeDependencies(item.depends_on, item.on_parent_failure, item.refers_to_outputs));
    args.push_back(std::move(item.graph_id));
    args.push_back(std::move(item.webhook));
    args.push_back(std::move(item.s3_config));
    args.push_back(std::move(item.attribution));
  }
}

absl::StatusOr<SubmitResult> DecodeSubmission(const redisReply& reply, std::size_t index) {
  const auto results = Elements(reply);
  if (2 * index + 1 >= results.size()) {
    return absl::InternalError("submit_jobs.lua answered too little");
  }
  const std::int64_t queued_at = Int(*results[2 * index]);
  if (queued_at == 0) return absl::ResourceExhaustedError("too many jobs wait at the endpoint");
  if (queued_at == -2) {
    return absl::ResourceExhaustedError(
        "too many different affinities and windows are in use at the endpoint");
  }
  if (queued_at < 0) {
    return absl::AlreadyExistsError(
        "idempotency_key: it stands for a job with another input or other options");
  }
  return SubmitResult{.queued_at = absl::FromUnixMicros(queued_at),
                      .known_id = std::string(Text(*results[2 * index + 1]))};
}

void EncodeSettlement(Settlement& settlement, Words& args) {
  Outcome& outcome = settlement.outcome;
  args.push_back(std::move(settlement.lease.job_id));
  args.push_back(std::to_string(settlement.lease.epoch));
  args.push_back(std::to_string(static_cast<int>(outcome.cause)));
  args.push_back(std::move(outcome.output).value_or("null"));
  args.emplace_back(outcome.output_stored ? "1" : "");
  args.push_back(std::move(outcome.error));
  args.push_back(std::move(settlement.worker_id));
  args.push_back(std::to_string(settlement.draw));
  args.push_back(outcome.never_began ? "-1" : Micros(outcome.waited));
  const std::int64_t peak = outcome.gpu_memory_peak_mib;
  args.push_back(peak > 0 ? std::to_string(peak) : "");
  args.push_back(outcome.tokens > 0 ? std::to_string(outcome.tokens) : "");
}

// As renew_leases.lua reads it.
std::string EncodeWait(std::optional<absl::Duration> waited) {
  if (!waited) return "";
  return *waited == absl::InfiniteDuration() ? "-1" : Micros(*waited);
}

absl::StatusOr<SettleResult> DecodeSettlement(const redisReply& reply, std::size_t index) {
  const auto results = Elements(reply);
  if (index >= results.size()) {
    return absl::InternalError("settle_attempts.lua answered too little");
  }
  const std::int64_t number = Int(*results[index]);
  if (number == 0) return SettleResult::kNotHeld;
  if (number == -1) return SettleResult::kRepeated;
  const bool ended = number >= static_cast<int>(JobStatus::kCompleted);
  return ended ? SettleResult::kFinal : SettleResult::kQueuedAgain;
}

// As RedisShardLog::SetHindrance has stored it; none when that makes no sense.
Hindrance DecodeHindrance(std::string_view text) {
  const std::int64_t number = ToInt(text);
  if (number <= 0 || number > static_cast<int>(Obstacle::kFairShare)) return {};
  const std::size_t space = text.find(' ');
  return {.obstacle = static_cast<Obstacle>(number),
          .detail = std::string(text.substr(std::min(space, text.size() - 1) + 1))};
}

// Durations that record_runs.lua has stored.
std::vector<absl::Duration> DecodeTimes(const redisReply& list) {
  std::vector<absl::Duration> times;
  for (const redisReply* time : Elements(list)) {
    times.push_back(absl::Microseconds(ToInt(Text(*time))));
  }
  return times;
}

// Jobs before another one, by their window: {window, how many, ...}, a window maybe
// several times.
std::map<std::string, int> DecodeBefore(const redisReply& reply) {
  std::map<std::string, int> before;
  const auto words = Elements(reply);
  for (std::size_t i = 0; i + 2 <= words.size(); i += 2) {
    before[std::string(Text(*words[i]))] += static_cast<int>(Int(*words[i + 1]));
  }
  return before;
}

// Fields of a flat reply that describe one claimed job.
constexpr std::size_t kClaimFields = 8;

absl::StatusOr<Claimed> DecodeClaims(const redisReply& reply,
                                     const std::vector<std::string>& workers) {
  const auto parts = Elements(reply);
  if (parts.size() != 3) return absl::InternalError("claim_jobs.lua answered too little");
  const auto words = Elements(*parts[1]);
  Claimed claimed{.jobs = {}, .again = Int(*parts[0]) == 1};
  for (std::size_t i = 0; i + kClaimFields <= words.size(); i += kClaimFields) {
    const auto number = static_cast<std::size_t>(Int(*words[i]));
    if (number < 1 || number > workers.size()) {
      return absl::InternalError("claim_jobs.lua named an unknown worker");
    }
    ClaimedJob job;
    job.worker_id = workers[number - 1];
    job.lease = {.job_id = std::string(Text(*words[i + 1])),
                 .epoch = static_cast<int>(Int(*words[i + 2]))};
    job.timeout = absl::Microseconds(Int(*words[i + 3]));
    if (words[i + 4]->type == REDIS_REPLY_STRING) job.input = std::string(Text(*words[i + 4]));
    job.outputs_of = Text(*words[i + 5]);
    job.model = Text(*words[i + 6]);
    job.s3_config = Text(*words[i + 7]);
    claimed.jobs.push_back(std::move(job));
  }
  for (const redisReply* window : Elements(*parts[2])) {
    claimed.unknown_windows.emplace_back(Text(*window));
  }
  return claimed;
}

// Windows, each after "+" when it is open and "-" when it is not.
std::string EncodeWindows(const std::map<std::string, bool>& windows) {
  std::string text;
  for (const auto& [window, open] : windows) {
    if (!text.empty()) text += ';';
    text.append(open ? "+" : "-").append(window);
  }
  return text;
}

// "<budget>@<API key>,<fixed>,<other GPU types>,<GPU type>=<a GPU-second>,...;" of each.
std::string EncodeRates(const std::vector<BudgetRate>& rates) {
  std::string text;
  for (const BudgetRate& rate : rates) {
    text += fmt::format("{}@{},{},{}", rate.budget_id, rate.api_key_id, rate.fixed,
                        rate.other_gpu_second);
    for (const auto& [gpu_type, cost] : rate.gpu_second)
      text += fmt::format(",{}={}", gpu_type, cost);
    text += ';';
  }
  return text;
}

// What a worker has, in the terms of a class; see domain/affinity.h.
std::string EncodeTraits(const WorkerTraits& traits) {
  std::string text;
  if (traits.federated) text += "|t=f";
  if (traits.vram_mib > 0) text += fmt::format("|v={}", traits.vram_mib);
  if (!traits.region.empty()) text += "|r=" + traits.region;
  if (!traits.models.empty()) text += fmt::format("|m={}", fmt::join(traits.models, ","));
  return text;
}

}  // namespace

RedisJobQueue::RedisJobQueue(redis::Client& client, const QueueScripts& scripts, int shards,
                             absl::Duration slice)
    : client_(client), scripts_(scripts), shards_(shards), slice_(slice) {
  for (int shard = 0; shard < shards; ++shard) {
    submitters_.push_back(std::make_unique<ScriptBatcher<Submission, SubmitResult>>(
        client, scripts.submit, ShardPrefix(shard), kMaxSubmitted,
        [](const Submission& submission) { return submission.items.size(); }, EncodeSubmission,
        DecodeSubmission));
    settlers_.push_back(std::make_unique<ScriptBatcher<Settlement, SettleResult>>(
        client, scripts.settle, ShardPrefix(shard), kMaxSettled,
        [](const Settlement&) { return std::size_t{1}; }, EncodeSettlement, DecodeSettlement));
    reporters_.push_back(std::make_unique<ScriptBatcher<ProgressReport, ReportResult>>(
        client, scripts.report, ShardPrefix(shard), kMaxReportedBytes, WeightOf, EncodeReport,
        DecodeReport));
  }
}

void RedisJobQueue::Submit(Submission submission, Done<SubmitResult> done) {
  const int shard = ShardOfEndpoint(submission.endpoint_id, shards_);
  submitters_[static_cast<std::size_t>(shard)]->Add(std::move(submission), std::move(done));
}

void RedisJobQueue::Claim(ClaimRequest request, Done<Claimed> done) {
  const int shard = ShardOfEndpoint(request.endpoint_id, shards_);
  Words args = {
      std::move(request.endpoint_id),          Micros(request.lease),
      std::to_string(request.max_concurrency), fmt::format("{}", fmt::join(request.warm, ",")),
      EncodeWindows(request.windows),          EncodeRates(request.budgets)};
  std::vector<std::string> ids;
  for (const WorkerRoom& room : request.workers) {
    args.push_back(room.worker.worker_id);
    args.push_back(room.worker.gpu_type);
    args.push_back(std::to_string(room.worker.gpu_count));
    args.push_back(Micros(room.worker.cold_start));
    args.push_back(std::to_string(room.jobs));
    args.push_back(EncodeTraits(room.traits));
    ids.push_back(room.worker.worker_id);
  }
  client_.Run(
      scripts_.claim, {ShardPrefix(shard)}, args,
      [ids = std::move(ids), done = std::move(done)](absl::StatusOr<redis::Reply> reply) mutable {
        if (!reply.ok()) return done(reply.status());
        done(DecodeClaims(**reply, ids));
      });
}

void RedisJobQueue::Renew(int shard, std::vector<Renewal> renewals, absl::Duration lease,
                          Done<std::vector<LeaseId>> done) {
  Words args = {Micros(lease), Micros(slice_)};
  for (const Renewal& renewal : renewals) {
    args.push_back(renewal.lease.job_id);
    args.push_back(std::to_string(renewal.lease.epoch));
    args.push_back(EncodeWait(renewal.waited));
  }
  client_.Run(scripts_.renew, {ShardPrefix(shard)}, args,
              [renewals = std::move(renewals),
               done = std::move(done)](absl::StatusOr<redis::Reply> reply) mutable {
                if (!reply.ok()) return done(reply.status());
                std::vector<LeaseId> lost;
                for (const redisReply* position : Elements(**reply)) {
                  lost.push_back(renewals[static_cast<std::size_t>(Int(*position)) - 1].lease);
                }
                done(std::move(lost));
              });
}

void RedisJobQueue::Settle(Settlement settlement, Done<SettleResult> done) {
  const auto shard = static_cast<std::size_t>(ShardOfJob(settlement.lease.job_id));
  if (shard >= settlers_.size()) return done(SettleResult::kNotHeld);
  reporters_[shard]->Flush();  // What the attempt has shown comes before its end.
  settlers_[shard]->Add(std::move(settlement), std::move(done));
}

void RedisJobQueue::Report(ProgressReport report, Done<ReportResult> done) {
  const auto shard = static_cast<std::size_t>(ShardOfJob(report.lease.job_id));
  if (shard >= reporters_.size()) return done(ReportResult{});
  reporters_[shard]->Add(std::move(report), std::move(done));
}

void RedisJobQueue::Locate(const std::string& job_id, Done<std::optional<QueuePlace>> done) {
  client_.Run(scripts_.locate, {ShardPrefix(ShardOfJob(job_id))}, {job_id},
              [done = std::move(done)](absl::StatusOr<redis::Reply> reply) mutable {
                if (!reply.ok()) return done(reply.status());
                const auto words = Elements(**reply);
                if (words.size() != 9) return done(std::nullopt);
                QueuePlace place{.position = static_cast<int>(Int(*words[0])),
                                 .key_busy = Int(*words[1]) == 1,
                                 .running = static_cast<int>(Int(*words[2])),
                                 .hindrance = DecodeHindrance(Text(*words[3])),
                                 .capacity = DecodeCapacity(Text(*words[4])),
                                 .runs = {.executions = DecodeTimes(*words[5]),
                                          .cold_starts = DecodeTimes(*words[6])}};
                for (const redisReply* id : Elements(*words[7])) {
                  place.parents.emplace_back(Text(*id));
                }
                place.before = DecodeBefore(*words[8]);
                done(std::move(place));
              });
}

void RedisJobQueue::Redrive(RedriveRequest request, Done<std::vector<bool>> done) {
  Words args;
  for (JobRecord& record : request.jobs) {
    args.push_back(record.job.id);
    args.push_back(std::to_string(record.job.version));
    args.push_back(Micros(request.head_start));
    args.push_back(Micros(request.ttl));
    args.push_back(std::move(record.job.input).value_or(""));
    Words fields = EncodeJob(record);
    args.push_back(std::to_string(fields.size()));
    std::move(fields.begin(), fields.end(), std::back_inserter(args));
  }
  client_.Run(scripts_.redrive, {ShardPrefix(ShardOfEndpoint(request.endpoint_id, shards_))}, args,
              [done = std::move(done)](absl::StatusOr<redis::Reply> reply) mutable {
                if (!reply.ok()) return done(reply.status());
                std::vector<bool> queued;
                for (const redisReply* result : Elements(**reply))
                  queued.push_back(Int(*result) == 1);
                done(std::move(queued));
              });
}

void RedisJobQueue::Purge(const std::string& endpoint_id, int limit, Done<int> done) {
  client_.Run(scripts_.purge, {ShardPrefix(ShardOfEndpoint(endpoint_id, shards_))},
              {endpoint_id, std::to_string(limit)},
              [done = std::move(done)](absl::StatusOr<redis::Reply> reply) mutable {
                if (!reply.ok()) return done(reply.status());
                done(static_cast<int>(Int(**reply)));
              });
}

void RedisJobQueue::Cancel(const std::string& job_id, const std::string& project_id,
                           Done<std::optional<CancelledJob>> done) {
  client_.Run(scripts_.cancel, {ShardPrefix(ShardOfJob(job_id))}, {job_id, project_id},
              [done = std::move(done)](absl::StatusOr<redis::Reply> reply) mutable {
                if (!reply.ok()) return done(reply.status());
                const auto words = Elements(**reply);
                if (words.size() < 3) return done(std::nullopt);
                const auto status = JobStatusFromNumber(static_cast<int>(Int(*words[0])));
                if (!status.ok()) return done(status.status());
                done(std::optional<CancelledJob>({.status_before = *status,
                                                  .worker_id = std::string(Text(*words[1])),
                                                  .epoch = static_cast<int>(Int(*words[2]))}));
              });
}

void RedisJobQueue::Find(const std::string& job_id, FindOptions options,
                         Done<std::optional<JobRecord>> done) {
  const auto flag = [](bool set) { return set ? "1" : "0"; };
  client_.Run(
      scripts_.read, {ShardPrefix(ShardOfJob(job_id))},
      {flag(options.watch), flag(options.input),
       options.chunks_after ? std::to_string(*options.chunks_after) : "", job_id},
      [job_id, options, done = std::move(done)](absl::StatusOr<redis::Reply> reply) mutable {
        if (!reply.ok()) return done(reply.status());
        const auto jobs = Elements(**reply);
        if (jobs.size() != 1) return done(absl::InternalError("read_jobs.lua answered too little"));
        absl::StatusOr<std::optional<JobRecord>> record = DecodeJob(job_id, *jobs[0]);
        if (record.ok() && *record && !options.input) (*record)->job.input.reset();
        done(std::move(record));
      });
}

}  // namespace furnace::scheduler
