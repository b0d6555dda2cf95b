#pragma once

#include <string>
#include <vector>

#include "libs/common/postgres/pool.h"
#include "services/metering/app/sink_ports.h"

namespace furnace::metering {

/// The outbox and the sinks' state in schema metering: outbox, sinks, sink_projects,
/// sink_held and sink_poisoned.
class PostgresSinkStore final : public SinkStore {
 public:
  explicit PostgresSinkStore(postgres::Pool& pool) : pool_(pool) {}

  absl::StatusOr<std::optional<SinkState>> Claim(const std::string& sink, const std::string& owner,
                                                 absl::Duration lease) override;
  absl::StatusOr<std::vector<SinkWork>> Next(const std::string& sink, SinkSource source,
                                             std::int64_t cursor, int limit,
                                             bool unmapped_too) override;
  absl::Status Commit(const SinkProgress& progress) override;
  absl::Status Fail(const std::string& sink, const std::string& owner, const std::string& error,
                    absl::Time retry_at) override;
  absl::StatusOr<std::vector<SinkReport>> Report() override;
  absl::StatusOr<std::vector<std::string>> Names() override;
  absl::StatusOr<std::vector<PoisonedEvent>> ListPoisoned(const std::string& sink,
                                                          const std::string& after_key,
                                                          int limit) override;
  absl::StatusOr<std::int64_t> Redrive(const std::string& sink,
                                       const std::vector<std::string>& keys) override;
  absl::Status SetProject(const SinkProject& project) override;
  absl::StatusOr<std::vector<SinkProject>> ListProjects(const std::string& sink,
                                                        const std::string& after_id,
                                                        int limit) override;

 private:
  // Rows of seq, job_id, epoch and, for kRedrive, key.
  absl::StatusOr<postgres::Rows> Page(const std::string& sink, SinkSource source,
                                      std::int64_t cursor, int limit, bool unmapped_too);

  postgres::Pool& pool_;
};

}  // namespace furnace::metering
